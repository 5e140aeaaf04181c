// The whole table: what two clients are given.
import type { CommandLine, Row } from './command-line.ts';
import { archivesAndRegistries } from './lines/archives-and-registries.ts';
import { clientRefusals } from './lines/client-refusals.ts';
import { daemonRefusals } from './lines/daemon-refusals.ts';
import { diskUsage } from './lines/disk-usage.ts';
import { files } from './lines/files.ts';
import { imageFilters } from './lines/image-filters.ts';
import { inspecting } from './lines/inspecting.ts';
import { lifecycle } from './lines/lifecycle.ts';
import { limitsAndHealth } from './lines/limits-and-health.ts';
import { listing } from './lines/listing.ts';
import { listingAndLogs } from './lines/listing-and-logs.ts';
import { links } from './lines/links.ts';
import { networks } from './lines/networks.ts';
import { running } from './lines/running.ts';
import { templates } from './lines/templates.ts';
import { volumes } from './lines/volumes.ts';

const rows = (table: readonly Row[]): CommandLine[] =>
  table.map((row) => (typeof row === 'string' ? { line: row } : row));

export const TABLE: readonly CommandLine[] = [
  listing,
  lifecycle,
  running,
  inspecting,
  daemonRefusals,
  clientRefusals,
  volumes,
  files,
  limitsAndHealth,
  listingAndLogs,
  templates,
  diskUsage,
  imageFilters,
  archivesAndRegistries,
  links,
  networks,
].flatMap(rows);
