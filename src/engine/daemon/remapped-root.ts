// daemon.json's `userns-remap`: which ids of the host stand for those of containers, and dockerd's words for what is wrong.
// Source: moby daemon/daemon_unix.go (parseRemappedRoot, setupRemappedRoot), internal/usergroup.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { OciIdMapping } from '../../contracts/oci-runtime.ts';
import type { HostFiles, IdMappings } from '../../contracts/runtime.ts';
import type { DaemonConfig } from './daemon-config.ts';
import { parseGroup, parsePasswd } from '../container/user/passwd.ts';

const DEFAULT = 'default';
/** The user that stands for `default`. */
const DEFAULT_USER = 'dockremap';
const RANGE_START = 100_000;
const RANGE_IDS = 65_536;
/** Where adduser looks for a system user's id. */
const SYSTEM_IDS = { from: 100, to: 999 };
const ENOENT = 2;
const utf8 = new TextEncoder();

type Files = Pick<HostFiles, 'read' | 'write'>;

interface Entry {
  readonly name: string;
  readonly id: number;
}

interface Databases {
  readonly passwd: readonly Entry[];
  readonly group: readonly Entry[];
}

/**
 * @param setting `default`, `user[:group]`, `uid[:gid]`; the first makes its user when there is none
 * @returns undefined for root, who stays as it is
 * @throws DrydockError `invalid-argument`: the line with which dockerd ends
 */
async function remappedRoot(
  files: Files,
  setting: string,
  log: (line: string) => void,
): Promise<IdMappings | undefined> {
  if (setting.split(':').length > 2) {
    throw refuse(`Invalid user/group specification in --userns-remap: ${JSON.stringify(setting)}`);
  }
  const user = userOf(setting, await readDatabases(files)) ?? (await addDefaultUser(files));
  if (user.name === 'root') {
    log('User namespaces: root cannot be remapped with itself; user namespaces are OFF');
    return undefined;
  }
  const [uids, gids] = [await rangesOf(files, '/etc/subuid', user), await rangesOf(files, '/etc/subgid', user)];
  return { uids, gids };
}

/** The settings with their ids, and with a data root that nobody with other ids shares: <data-root>/<uid>.<gid>. */
export async function withRemappedRoot(
  files: Files,
  config: DaemonConfig,
  log: (line: string) => void,
): Promise<DaemonConfig> {
  if (config.usernsRemap === '') return config;
  const idMappings = await remappedRoot(files, config.usernsRemap, log);
  if (idMappings === undefined) return config;
  const { uids, gids } = idMappings;
  return { ...config, idMappings, dataRoot: `${config.dataRoot}/${uids[0]?.hostID ?? 0}.${gids[0]?.hostID ?? 0}` };
}

/** @returns undefined when the default user has to be made */
function userOf(setting: string, { passwd, group }: Databases): Entry | undefined {
  const [user = '', ownGroup] = setting.split(':');
  const wanted = user === DEFAULT ? DEFAULT_USER : user;
  const found = passwd.find(byNameOrId(wanted));
  if (found === undefined) {
    if (user === DEFAULT) return undefined;
    throw refuse(
      isId(user)
        ? `Uid ${Number(user)} has no entry in /etc/passwd: ${noEntry(user, 'passwd')}`
        : `Error during uid lookup for ${JSON.stringify(wanted)}: ${noEntry(wanted, 'passwd')}`,
    );
  }
  if (group.some(byNameOrId(ownGroup ?? wanted))) return found;
  if (ownGroup === undefined) {
    throw refuse(
      isId(wanted)
        ? `Gid ${Number(wanted)} has no entry in /etc/group: ${noEntry(wanted, 'group')}`
        : `Error during gid lookup for ${JSON.stringify(wanted)}: ${noEntry(wanted, 'group')}`,
    );
  }
  throw refuse(
    isId(ownGroup)
      ? `Gid ${Number(ownGroup)} has no entry in /etc/passwd: ${noEntry(ownGroup, 'group')}`
      : `Error during groupname lookup for ${JSON.stringify(ownGroup)}: ${noEntry(ownGroup, 'group')}`,
  );
}

async function rangesOf(files: Files, path: string, { name, id }: Entry): Promise<OciIdMapping[]> {
  const text = await readText(files, path);
  if (text === undefined) throw refuse(`Can't create ID mappings: open ${path}: no such file or directory`);
  let containerID = 0;
  const mappings: OciIdMapping[] = [];
  for (const [owner, hostID, size] of subordinateIds(text)) {
    if (owner !== name && owner !== String(id)) continue;
    mappings.push({ containerID, hostID, size });
    containerID += size;
  }
  if (mappings.length > 0) return mappings;
  throw refuse(`Can't create ID mappings: no subuid ranges found for user ${JSON.stringify(name)}`);
}

// What `adduser --system --group` and `usermod --add-subuids` write, which the guest does not have.
async function addDefaultUser(files: Files): Promise<Entry> {
  const { passwd, group } = await readDatabases(files);
  const taken = new Set([...passwd, ...group].map(({ id }) => id));
  let id = SYSTEM_IDS.from;
  while (taken.has(id)) id += 1;
  if (id > SYSTEM_IDS.to) {
    throw refuse(
      `Error during "${DEFAULT_USER}" user creation: error adding user "${DEFAULT_USER}": no system user's id is free`,
    );
  }
  await appendLine(files, '/etc/group', `${DEFAULT_USER}:x:${id}:`);
  await appendLine(files, '/etc/passwd', `${DEFAULT_USER}:x:${id}:${id}::/nonexistent:/bin/false`);
  for (const path of ['/etc/subuid', '/etc/subgid']) {
    const ranges = subordinateIds((await readText(files, path)) ?? '');
    if (ranges.some(([owner]) => owner === DEFAULT_USER)) continue;
    await appendLine(files, path, `${DEFAULT_USER}:${freeStart(ranges)}:${RANGE_IDS}`);
  }
  return { name: DEFAULT_USER, id };
}

/** The first id from which nobody else has any. */
function freeStart(ranges: readonly (readonly [owner: string, start: number, count: number])[]): number {
  let start = RANGE_START;
  for (const [, from, count] of [...ranges].sort(([, a], [, b]) => a - b)) {
    if (from < start + RANGE_IDS && start < from + count) start = from + count;
  }
  return start;
}

function subordinateIds(text: string): [owner: string, start: number, count: number][] {
  return text
    .split('\n')
    .map((line) => /^\s*([^:#\s]+):(\d+):(\d+)\s*$/.exec(line))
    .filter((found) => found !== null)
    .map(([, owner = '', start, count]) => [owner, Number(start), Number(count)]);
}

async function readDatabases(files: Files): Promise<Databases> {
  const [passwd = '', group = ''] = await Promise.all(
    ['/etc/passwd', '/etc/group'].map((path) => readText(files, path)),
  );
  return {
    passwd: parsePasswd(passwd).map(({ name, uid }) => ({ name, id: uid })),
    group: parseGroup(group).map(({ name, gid }) => ({ name, id: gid })),
  };
}

async function appendLine(files: Files, path: string, line: string): Promise<void> {
  const before = (await readText(files, path)) ?? '';
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  await files.write(path, utf8.encode(`${separator}${line}\n`), { mode: 0o644, append: true });
}

async function readText(files: Pick<HostFiles, 'read'>, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === ENOENT) return undefined;
    throw error;
  }
}

function isId(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

function byNameOrId(text: string): (entry: Entry) => boolean {
  return isId(text) ? ({ id }) => id === Number(text) : ({ name }) => name === text;
}

function noEntry(key: string, database: string): string {
  return `getent unable to find entry ${JSON.stringify(key)} in ${database} database`;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
