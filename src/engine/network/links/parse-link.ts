// `name[:alias]`, as a request has it, and `/name:/parent/alias`, as inspect shows it. Source: moby opts/opts.go (ParseLink).
import { DrydockError } from '../../../contracts/errors.ts';
import { aliasOf } from './link-index.ts';

export interface LinkRequest {
  readonly name: string;
  readonly alias: string;
}

/** @throws DrydockError `internal` in Docker's words */
export function parseLink(text: string): LinkRequest {
  if (text === '') throw new DrydockError('internal', 'empty string specified for links');
  const [name = '', alias, ...more] = text.split(':');
  if (more.length > 0) throw new DrydockError('internal', `bad format for links: ${text}`);
  if (alias === undefined) return { name: text, alias: text };
  return name.startsWith('/') ? { name: name.slice(1), alias: aliasOf(alias) } : { name, alias };
}
