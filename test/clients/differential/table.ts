// The whole table: what two clients are given.
import type { CommandLine, Row } from './command-line.ts';
import { clientRefusals } from './lines/client-refusals.ts';
import { daemonRefusals } from './lines/daemon-refusals.ts';
import { inspecting } from './lines/inspecting.ts';
import { lifecycle } from './lines/lifecycle.ts';
import { listing } from './lines/listing.ts';
import { running } from './lines/running.ts';

export const TABLE: readonly CommandLine[] = [
  listing,
  lifecycle,
  running,
  inspecting,
  clientRefusals,
  daemonRefusals,
].flatMap((rows: readonly Row[]) => rows.map((row) => (typeof row === 'string' ? { line: row } : row)));
