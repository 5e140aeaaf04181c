// Zstandard frames without compression (RFC 8878, sections 3.1.1.1 and 3.1.1.2): Node 20 can only read them.

const MAX_BLOCK_BYTES = 128 * 1024;

/** A single-segment frame of raw blocks. */
export function rawZstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(1, Math.ceil(bytes.length / MAX_BLOCK_BYTES));
  const out = new Uint8Array(9 + blocks * 3 + bytes.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  view.setUint8(4, 0xa0);
  view.setUint32(5, bytes.length, true);
  let at = 9;
  for (let i = 0; i < blocks; i++) {
    const block = bytes.subarray(i * MAX_BLOCK_BYTES, (i + 1) * MAX_BLOCK_BYTES);
    const header = (block.length << 3) | (i === blocks - 1 ? 1 : 0);
    out.set([header & 0xff, (header >> 8) & 0xff, header >> 16], at);
    out.set(block, at + 3);
    at += 3 + block.length;
  }
  return out;
}
