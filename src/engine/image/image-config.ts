// An image's config as it comes from a registry: read leniently, but what the engine relies on is checked.
import { z } from 'zod';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { isDigest } from '../blob/sha256.ts';
import { parseJson } from '../parse-json.ts';
import { GUEST_PLATFORM } from '../registry/platform.ts';
import type { ImageConfig } from './image.ts';

const text = z.string();
const texts = z.array(text);
/** Go writes empty slices and maps as null. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

const runConfig = z.object({
  User: optional(text),
  ExposedPorts: optional(z.record(text, z.looseObject({}))),
  Env: optional(texts),
  Entrypoint: optional(texts),
  Cmd: optional(texts),
  Volumes: optional(z.record(text, z.looseObject({}))),
  WorkingDir: optional(text),
  Labels: optional(z.record(text, text)),
  StopSignal: optional(text),
  Shell: optional(texts),
  Healthcheck: optional(z.looseObject({})),
  OnBuild: optional(texts),
});

/** Old images do not say: they are for where they are, to Docker. */
const guests = (part: string) =>
  text
    .optional()
    .default('')
    .transform((value) => value || part);

const config = z.looseObject({
  architecture: guests(GUEST_PLATFORM.architecture),
  os: guests(GUEST_PLATFORM.os),
  variant: optional(text),
  created: optional(text),
  author: optional(text),
  docker_version: optional(text),
  config: optional(runConfig),
  rootfs: z.object({
    type: z.literal('layers'),
    diff_ids: z
      .array(z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'must be a sha256 digest'))
      .nullish()
      .transform((value) => value ?? []),
  }),
  history: optional(
    z.array(
      z.object({
        created: optional(text),
        created_by: optional(text),
        author: optional(text),
        comment: optional(text),
        empty_layer: optional(z.boolean()),
      }),
    ),
  ),
});

/** @throws DrydockError `data-loss` naming the field that is wrong */
export function parseImageConfig(bytes: Uint8Array, id: Digest): ImageConfig {
  const result = config.safeParse(parseJson(bytes, `image config ${id}`));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
    throw new DrydockError('data-loss', `Cannot read image config ${id}: ${where}`);
  }
  return withoutUndefined(result.data) as ImageConfig;
}

/** Absent fields stay absent, as the view's type has it. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutUndefined(field)]));
}
