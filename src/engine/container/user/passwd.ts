// /etc/passwd and /etc/group of a container, read as Docker reads them (passwd(5), group(5)).

export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export function parsePasswd(text: string): PasswdEntry[] {
  return fieldsOf(text).map(([name = '', , uid, gid, , home = '']) => ({
    name,
    uid: toInt(uid),
    gid: toInt(gid),
    home,
  }));
}

export function parseGroup(text: string): GroupEntry[] {
  return fieldsOf(text).map(([name = '', , gid, list = '']) => ({
    name,
    gid: toInt(gid),
    members: list.split(',').filter((member) => member !== ''),
  }));
}

function fieldsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

// A field that is no number reads as 0, as with Docker.
function toInt(field: string | undefined): number {
  const value = Number.parseInt(field ?? '', 10);
  return Number.isNaN(value) ? 0 : value;
}
