// Docker's multiplexed stream: two outputs on one connection, each piece behind an 8-byte header.
// Source: API reference, POST /containers/{id}/attach, "Stream format".

export type OutputName = 'stdout' | 'stderr';

const STREAM_TYPE = { stdout: 1, stderr: 2 } as const;
const HEADER_BYTES = 8;

/** `[type, 0, 0, 0, size as big-endian u32]` + payload. */
export function stdcopyFrame(stream: OutputName, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  frame[0] = STREAM_TYPE[stream];
  new DataView(frame.buffer).setUint32(4, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}
