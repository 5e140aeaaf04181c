// Times as Go prints them. The guest has no zone but UTC, and its users' clocks should read the same everywhere.

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

/** time.Time's String(): `2025-05-30 12:07:14 +0000 UTC`. @param seconds since 1970 */
export function goTimeString(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  return `${day} ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} +0000 UTC`;
}

/** time.Time's String() of an RFC 3339 text in UTC: what there is of a fraction stays. */
export function goTimeText(time: string): string {
  const fraction = (/\.\d+(?=Z$)/i.exec(time)?.[0] ?? '').replace(/\.?0+$/, '');
  return goTimeString(Math.floor(Date.parse(time) / 1000)).replace(' +', `${fraction} +`);
}

/** RFC 3339 without fractions: `2025-05-30T12:07:14Z`. @param seconds since 1970 */
export function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 3339 with nine digits of a second. @param nanoseconds since 1970, as decimal text: too many digits for a number */
export function rfc3339Nano(nanoseconds: string): string {
  const digits = nanoseconds.padStart(10, '0');
  return rfc3339(Number(digits.slice(0, -9))).replace('Z', `.${digits.slice(-9)}Z`);
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 3339 turned into Go's time.ANSIC (`Fri May 30 12:07:14 2025`); anything else stays as it is. */
export function ansiDate(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(text)) return text;
  // The zone's own clock counts, so only the written digits matter.
  const date = new Date(`${text.slice(0, 19)}Z`);
  if (Number.isNaN(date.getTime())) return text;
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}
