// `busybox`, `busybox:latest` and `docker.io/library/busybox` are one image: a check must not care how it was typed.

/** The short form with its tag, like `busybox:latest`; a digest stays as it is. */
export function normalizeReference(reference: string): string {
  const short = reference.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  if (short.includes('@')) return short;
  const lastPart = short.slice(short.lastIndexOf('/') + 1);
  return lastPart.includes(':') ? short : `${short}:latest`;
}
