// What the real client did, as data: the table is compared with it where no client is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientResult } from './run-client.ts';

export const RECORDING_FILE = join(import.meta.dirname, '../../data/docker-28.2.2-lines.json');

export interface Recording {
  /** Of the client that was asked. */
  readonly version: string;
  readonly apiVersion: string;
  /** By row, a result for each of its commands; ids and times are replaced. */
  readonly rows: Readonly<Record<string, readonly ClientResult[]>>;
}

export function readRecording(): Recording {
  return JSON.parse(readFileSync(RECORDING_FILE, 'utf8')) as Recording;
}
