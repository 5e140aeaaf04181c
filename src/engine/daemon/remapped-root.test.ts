import { beforeEach, describe, expect, it } from 'vitest';
import { FakeFiles } from '../../machine/fake/fake-files.ts';
import { DEFAULT_CONFIG } from './daemon-config.ts';
import { withRemappedRoot } from './remapped-root.ts';

const utf8 = new TextEncoder();
let files: FakeFiles;
let log: string[];

const write = (path: string, text: string): Promise<void> => files.write(path, utf8.encode(text));
const read = async (path: string): Promise<string> => new TextDecoder().decode(await files.read(path));
const remap = (usernsRemap: string) =>
  withRemappedRoot(files, { ...DEFAULT_CONFIG, usernsRemap }, (line) => log.push(line));

beforeEach(async () => {
  files = new FakeFiles();
  log = [];
  await files.mkdir('/etc');
  await write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\nbob:x:1001:7::/:/bin/sh\n');
  await write('/etc/group', 'root:x:0:\nann:x:1000:\nstaff:x:50:\n');
  await write('/etc/subuid', 'ann:200000:10\nann:300000:65536\n1001:400000:5\n');
  await write('/etc/subgid', 'ann:500000:65536\n');
});

describe('userns-remap', () => {
  it('changes nothing when it is not set', async () => {
    expect(await remap('')).toEqual({ ...DEFAULT_CONFIG, usernsRemap: '' });
  });

  it.each(['ann', 'ann:ann', 'ann:staff', '1000', '1000:50', 'ann:50'])('%s is a user with ranges', async (setting) => {
    const { idMappings, dataRoot } = await remap(setting);
    expect(dataRoot).toBe('/var/lib/docker/200000.500000');
    expect(idMappings).toEqual({
      uids: [
        { containerID: 0, hostID: 200_000, size: 10 },
        { containerID: 10, hostID: 300_000, size: 65_536 },
      ],
      gids: [{ containerID: 0, hostID: 500_000, size: 65_536 }],
    });
  });

  it('leaves root alone, and says so', async () => {
    expect((await remap('root')).idMappings).toBeUndefined();
    expect(log).toEqual(['User namespaces: root cannot be remapped with itself; user namespaces are OFF']);
  });

  it.each([
    ['a:b:c', 'Invalid user/group specification in --userns-remap: "a:b:c"'],
    ['eve', 'Error during uid lookup for "eve": getent unable to find entry "eve" in passwd database'],
    ['77', 'Uid 77 has no entry in /etc/passwd: getent unable to find entry "77" in passwd database'],
    ['bob', 'Error during gid lookup for "bob": getent unable to find entry "bob" in group database'],
    ['1001', 'Gid 1001 has no entry in /etc/group: getent unable to find entry "1001" in group database'],
    ['ann:eve', 'Error during groupname lookup for "eve": getent unable to find entry "eve" in group database'],
    ['ann:8', 'Gid 8 has no entry in /etc/passwd: getent unable to find entry "8" in group database'],
    ['bob:staff', `Can't create ID mappings: no subuid ranges found for user "bob"`],
  ])('%s is refused in dockerd’s words', async (setting, message) => {
    await expect(remap(setting)).rejects.toMatchObject({ code: 'invalid-argument', message });
  });

  it('refuses a host without ranges', async () => {
    await files.remove('/etc/subgid');
    await expect(remap('ann')).rejects.toThrow("Can't create ID mappings: open /etc/subgid: no such file or directory");
  });
});

describe('default', () => {
  it('takes the user that is there', async () => {
    await write('/etc/passwd', 'dockremap:x:100:101::/:/bin/false\n');
    await write('/etc/group', 'dockremap:x:101:\n');
    await write('/etc/subuid', 'dockremap:165536:65536\n');
    await write('/etc/subgid', 'dockremap:165536:65536\n');
    expect((await remap('default')).dataRoot).toBe('/var/lib/docker/165536.165536');
  });

  it('makes user, group and ranges where nobody else has ids', async () => {
    await write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nann:x:100:100::/:/bin/sh');
    await write('/etc/subuid', 'ann:100000:65536\n');
    await files.remove('/etc/subgid');
    const { idMappings } = await remap('default');
    expect(await read('/etc/passwd')).toMatch(/\/bin\/sh\ndockremap:x:101:101::\/nonexistent:\/bin\/false\n$/);
    expect(await read('/etc/group')).toMatch(/\ndockremap:x:101:\n$/);
    expect(await read('/etc/subuid')).toBe('ann:100000:65536\ndockremap:165536:65536\n');
    expect(await read('/etc/subgid')).toBe('dockremap:100000:65536\n');
    expect(idMappings?.uids).toEqual([{ containerID: 0, hostID: 165_536, size: 65_536 }]);
    expect(await remap('default')).toMatchObject({ idMappings });
  });
});
