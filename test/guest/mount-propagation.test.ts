// The shim leaves out what libcrun would do to mounts without effect: what a container sees of the host's mounts, and the host of
// the container's, is what was asked for.
import { beforeAll, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
  await guest.ok('mkdir /srv/shared && mount --bind /srv/shared /srv/shared && mount --make-shared /srv/shared');
});

/** Of each mount in a container: where it is, and its propagation (proc_pid_mountinfo(5)). */
async function mounts(options: string): Promise<Map<string, string>> {
  const lines = (await guest.ok(`docker run --rm ${options} busybox cat /proc/self/mountinfo`)).split('\n');
  return new Map(
    lines.map((line) => {
      const fields = line.split(' ');
      return [fields[4] ?? '', fields.slice(6, fields.indexOf('-')).join(' ').replace(/\d+/g, 'N')];
    }),
  );
}

it('every mount of a container is private, a bind of a shared one included', async () => {
  const found = await mounts('-v /srv/shared:/bound');
  expect(found.get('/bound')).toBe('');
  expect(found.size).toBeGreaterThan(15);
  expect([...found.values()].filter((propagation) => propagation !== '')).toEqual([]);
});

it.each([
  ['rshared', 'shared:N'],
  ['rslave', 'master:N'],
])('a volume that is to be %s is', async (propagation, shown) => {
  const found = await mounts(`-v /srv/shared:/bound:${propagation} -v /srv/shared:/second`);
  expect(found.get('/bound')).toBe(shown);
  expect(found.get('/second')).toBe('');
});

it.each([
  ['rprivate', 'no'],
  ['rslave', 'yes'],
])('a mount of the host reaches a container with %s: %s', async (propagation, answer) => {
  await guest.ok(`docker run -d --name ${propagation} -v /srv/shared:/bound:${propagation} busybox sleep 1000`);
  await guest.ok(`mkdir -p /srv/shared/${propagation} && mount -t tmpfs later /srv/shared/${propagation}`);
  const grep = `grep -q ' /bound/${propagation} ' /proc/self/mountinfo && echo yes || echo no`;
  expect(await guest.ok(`docker exec ${propagation} sh -c "${grep}"`)).toBe(answer);
});

it('a bind mount keeps what its source forbids', async () => {
  await guest.ok('mkdir /srv/plain && mount -t tmpfs -o nosuid,nodev plain /srv/plain');
  const shown = await guest.ok("docker run --rm -v /srv/plain:/plain busybox grep ' /plain ' /proc/mounts");
  expect(shown).toMatch(/nosuid,nodev/);
});
