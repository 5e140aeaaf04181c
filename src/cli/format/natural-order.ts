// Sorts `80/tcp` before `443/tcp`: digits in a row count as one number (fvbommel/sortorder's NaturalLess).

const PIECES = /\d+|\D+/g;

/** For Array.sort. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(PIECES) ?? [];
  const right = b.match(PIECES) ?? [];
  for (const [at, piece] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (piece === other) continue;
    const areNumbers = /^\d/.test(piece) && /^\d/.test(other);
    const difference = areNumbers ? Number(piece) - Number(other) : 0;
    // Of equal numbers the one with fewer leading zeros comes first.
    if (difference !== 0) return difference;
    if (areNumbers) return piece.length - other.length;
    return piece < other ? -1 : 1;
  }
  return left.length - right.length;
}
