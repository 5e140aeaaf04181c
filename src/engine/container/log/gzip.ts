// Rotated logs may be compressed; a browser worker and Node have the same streams for it.

export function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  return through(bytes, new CompressionStream('gzip'));
}

export function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  return through(bytes, new DecompressionStream('gzip'));
}

async function through(bytes: Uint8Array, codec: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const source = new Response(new Uint8Array(bytes)).body;
  if (source === null) return new Uint8Array(0);
  return new Uint8Array(await new Response(source.pipeThrough(codec)).arrayBuffer());
}
