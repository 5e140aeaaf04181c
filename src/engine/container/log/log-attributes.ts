// What `--log-opt labels/env/tag` adds to each entry of a json-file log.
// Source: moby daemon/logger/loginfo.go, loggerutils/log_tag.go.
import { DrydockError } from '../../../contracts/errors.ts';
import type { LogOptions } from './log-driver.ts';

/** What tags and attributes are made of. */
export interface LogSubject {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly imageName: string;
  readonly command: readonly string[];
  /** NAME=value. */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const SHORT_ID = 12;
const FIELD = /\{\{-?\s*\.(\w+)\s*-?\}\}/g;

/** Sorted by name. @throws DrydockError `invalid-argument` for a pattern or a template that is none */
export function logAttributes(options: LogOptions, subject: LogSubject): Record<string, string> {
  const found: Record<string, string> = {};
  choose(found, subject.labels, options['labels'], options['labels-regex']);
  const env = Object.fromEntries(
    subject.env.filter((entry) => entry.includes('=')).map((entry) => entry.split(/=(.*)/s, 2)),
  );
  choose(found, env, options['env'], options['env-regex']);
  const tag = tagOf(options['tag'] ?? '', subject);
  if (tag !== '') found['tag'] = tag;
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function choose(
  into: Record<string, string>,
  from: Readonly<Record<string, string>>,
  names: string | undefined,
  pattern: string | undefined,
): void {
  for (const name of (names ?? '').split(',')) {
    if (Object.hasOwn(from, name)) into[name] = from[name] ?? '';
  }
  if (!pattern) return;
  const expression = compiled(pattern);
  for (const [name, value] of Object.entries(from)) if (expression.test(name)) into[name] = value;
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new DrydockError('invalid-argument', `error parsing regexp: \`${pattern}\``, { cause });
  }
}

function tagOf(template: string, subject: LogSubject): string {
  const { id, name, imageId, imageName, command } = subject;
  const fields: Readonly<Record<string, string>> = {
    ID: id.slice(0, SHORT_ID),
    FullID: id,
    Name: name,
    ContainerName: `/${name}`,
    ContainerID: id,
    ImageID: imageId.slice(0, SHORT_ID),
    ImageFullID: imageId,
    ImageName: imageName,
    Command: command.join(' '),
    DaemonName: 'docker',
  };
  return template.replaceAll(FIELD, (_, field: string) => {
    const value = fields[field];
    if (value !== undefined) return value;
    throw new DrydockError(
      'invalid-argument',
      `template: log-tag:1:2: executing "log-tag" at <.${field}>: can't evaluate field ${field} in type *logger.Info`,
    );
  });
}
