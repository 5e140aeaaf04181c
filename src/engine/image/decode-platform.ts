// `platform` as newer parts of the Engine API have it: OCI's JSON (moby: httputils.DecodePlatform).
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import type { Platform } from '../registry/platform.ts';

const schema = z.looseObject({
  os: z.string().default(''),
  architecture: z.string().default(''),
  variant: z.string().default(''),
});

/** @throws DrydockError `invalid-argument` in Docker's words */
export function decodePlatform(text: string): Platform {
  const { os, architecture, variant } = parsed(text);
  if (os === '' && architecture === '' && variant !== '') {
    throw refuse('optional platform fields provided, but OS and Architecture are missing');
  }
  if (os === '' || architecture === '') throw refuse('both OS and Architecture must be provided');
  return { os, architecture, ...(variant !== '' && { variant }) };
}

function parsed(text: string): z.output<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : 'a field has the wrong type';
    throw new DrydockError('invalid-argument', `failed to parse platform: ${reason}`, { cause });
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
