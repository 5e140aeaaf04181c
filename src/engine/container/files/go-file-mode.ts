// File modes as Go numbers them (os.FileMode), which is how the Engine API tells them (`mode` of the path stat header).

const TYPE_MASK = 0o170000;
const TYPES: Readonly<Record<number, number>> = {
  0o040000: 2 ** 31,
  0o120000: 2 ** 27,
  0o060000: 2 ** 26,
  0o010000: 2 ** 25,
  0o140000: 2 ** 24,
  0o020000: 2 ** 26 + 2 ** 21,
};
const SPECIAL: readonly (readonly [bit: number, go: number])[] = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
];

/** @param mode of stat(2), with its type bits */
export function goFileMode(mode: number): number {
  const special = SPECIAL.reduce((sum, [bit, go]) => sum + ((mode & bit) === 0 ? 0 : go), 0);
  return (TYPES[mode & TYPE_MASK] ?? 0) + special + (mode & 0o777);
}

export function isDirectoryMode(mode: number): boolean {
  return (mode & TYPE_MASK) === 0o040000;
}

export function isLinkMode(mode: number): boolean {
  return (mode & TYPE_MASK) === 0o120000;
}
