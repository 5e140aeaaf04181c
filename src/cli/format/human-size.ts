// Sizes and durations as Docker shows them to people (docker/go-units).
import { formatG } from '../template/printf.ts';

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

function scale(bytes: number, base: number, units: readonly string[], digits: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit += 1;
  }
  return formatG(size, digits) + (units[unit] ?? '');
}

/** Powers of 1000: `4.29MB`. Tables show 3 digits, progress 4. */
export function humanSize(bytes: number, digits = 4): string {
  return scale(bytes, 1000, DECIMAL, digits);
}

/** Powers of 1024: `512MiB`. */
export function binarySize(bytes: number): string {
  return scale(bytes, 1024, BINARY, 4);
}
