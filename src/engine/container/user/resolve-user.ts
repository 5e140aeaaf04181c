// `-u name|uid[:group|gid]` against the container's own files, with Docker's rules and words.
import { DrydockError } from '../../../contracts/errors.ts';
import { parseGroup, parsePasswd } from './passwd.ts';
import type { GroupEntry } from './passwd.ts';

/** Texts of the container's /etc/passwd and /etc/group; empty when there is none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  /** The primary group first, as Docker passes them to the OCI runtime. */
  readonly additionalGids: readonly number[];
}

const MAX_ID = 2 ** 31 - 1;

/** @throws DrydockError `invalid-argument`: unable to find user X: no matching entries in passwd file */
export function resolveUser(spec: string, files: UserFiles, groupAdd: readonly string[] = []): ContainerUser {
  const [userPart = '', groupPart = ''] = spec.split(':');
  const groups = parseGroup(files.group);
  const user = findUser(userPart, files.passwd);
  const gid = groupPart === '' ? user.gid : findGroup(groupPart, groups);
  const supplementary =
    groupPart === '' && user.name !== undefined
      ? groups.filter(({ members }) => members.includes(user.name ?? '')).map((group) => group.gid)
      : [];
  return { uid: user.uid, gid, additionalGids: [gid, ...supplementary, ...additionalGroups(groupAdd, groups)] };
}

function findUser(part: string, passwd: string): { name?: string; uid: number; gid: number } {
  const uid = numeric(part);
  const entry = parsePasswd(passwd).find((one) =>
    part === '' ? one.uid === 0 : uid === undefined ? one.name === part : one.uid === uid,
  );
  if (entry !== undefined) return entry;
  if (part === '') return { uid: 0, gid: 0 };
  if (uid === undefined) throw refuse(`unable to find user ${part}: no matching entries in passwd file`);
  return { uid: inRange(uid), gid: 0 };
}

function findGroup(part: string, groups: readonly GroupEntry[]): number {
  const gid = numeric(part);
  const entry = groups.find((one) => (gid === undefined ? one.name === part : one.gid === gid));
  if (entry !== undefined) return entry.gid;
  if (gid === undefined) throw refuse(`unable to find group ${part}: no matching entries in group file`);
  return inRange(gid);
}

function additionalGroups(names: readonly string[], groups: readonly GroupEntry[]): number[] {
  const gids = names.map((name) => {
    const entry = groups.find((one) => one.name === name || String(one.gid) === name);
    if (entry !== undefined) return entry.gid;
    const gid = numeric(name);
    if (gid === undefined) throw refuse(`Unable to find group ${name}: no matching entries in group file`);
    return inRange(gid);
  });
  return [...new Set(gids)];
}

function numeric(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function inRange(id: number): number {
  if (id < 0 || id > MAX_ID) throw refuse(`uids and gids must be in range 0-${MAX_ID}`);
  return id;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
