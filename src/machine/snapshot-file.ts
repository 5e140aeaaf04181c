// A snapshot as one file: magic, u32 header length, the header as JSON, and the emulator's state (maybe zstd), to the end.
import { z } from 'zod';
import { DrydockError } from '../contracts/errors.ts';
import type { P9ServerState } from './p9/p9-server.ts';

export interface Snapshot {
  readonly p9: P9ServerState;
  readonly state: Uint8Array<ArrayBuffer>;
}

const MAGIC = 0x4b43_4444; // "DDCK"
const PREFIX_BYTES = 8;

const header = z.object({
  version: z.literal(1),
  p9: z.object({
    msize: z.number().int().positive(),
    fids: z.array(
      z.object({
        fid: z.number().int(),
        path: z.array(z.string()).nullable(),
        openFlags: z.number().int().nullable(),
      }),
    ),
  }),
});

export function encodeSnapshot({ p9, state }: Snapshot): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify({ version: 1, p9 }));
  const out = new Uint8Array(PREFIX_BYTES + json.length + state.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  out.set(json, PREFIX_BYTES);
  out.set(state, PREFIX_BYTES + json.length);
  return out;
}

/** @throws DrydockError `data-loss` when it is no snapshot of this version */
export function decodeSnapshot(bytes: Uint8Array<ArrayBuffer>): Snapshot {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || view.getUint32(0, true) !== MAGIC) throw broken('it does not start as one');
  const stateAt = PREFIX_BYTES + view.getUint32(4, true);
  if (stateAt >= bytes.length) throw broken(`a header of ${stateAt} bytes in ${bytes.length}`);
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, stateAt)));
    return { p9: header.parse(json).p9, state: bytes.subarray(stateAt) };
  } catch (cause) {
    throw broken(cause instanceof Error ? cause.message : String(cause));
  }
}

function broken(reason: string): DrydockError {
  return new DrydockError('data-loss', `Cannot read the snapshot: ${reason}`);
}
