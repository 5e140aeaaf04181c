// What a container's log is made of, whatever the driver writes on the disk.
import type { OutputName } from '../io/stdcopy.ts';

/** As `docker logs` gives it back. */
export interface LogEntry {
  readonly stream: OutputName;
  readonly timeMs: number;
  /** Ends with a newline unless it is a piece of a longer line, or the last words of a container. */
  readonly bytes: Uint8Array;
  /** What `--log-opt labels/env/tag` chose; shown by `docker logs --details`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Output of one moment: whole lines, or one piece of a line that is too long. */
export interface LogRun {
  readonly stream: OutputName;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
  readonly partial?: PartialLine;
}

/** Source: moby api/types/backend, PartialLogMetaData. */
export interface PartialLine {
  readonly id: string;
  /** From 1 on. */
  readonly ordinal: number;
  readonly last: boolean;
}

export interface Decoded {
  readonly entries: readonly LogEntry[];
  /** What follows is the beginning of an entry. */
  readonly consumedBytes: number;
}

export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/** A driver's format. */
export interface LogCodec {
  encode(run: LogRun, attributes: Readonly<Record<string, string>>): Uint8Array;
  /** What an entry takes on the disk beyond its line, at least. */
  readonly overheadBytes: number;
  decode(bytes: Uint8Array): Decoded;
  /** The end of the first entry that reaches `offset`, seen from `start`, where an entry begins. */
  entryEnd(bytes: Uint8Array, start: number, offset: number): number;
  /** Where the last `count` entries of a file begin, and how many there are. */
  lastEntries(read: ReadRange, sizeBytes: number, count: number): Promise<{ offset: number; count: number }>;
  /** Makes what follows readable after half an entry; a format without one needs a new file. */
  readonly separator?: Uint8Array;
}
