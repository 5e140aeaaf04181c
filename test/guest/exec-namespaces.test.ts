// The shim takes a way of its own into a container: the new process must be in every namespace that the first one is in, and in
// its control group, with a session of its own.
import { beforeAll, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const NAMES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];
const READ = NAMES.map((name) => `readlink /proc/self/ns/${name}`).join('; ');

beforeAll(() => guest.ok('docker pull -q busybox && docker run -d --name donor busybox sleep 100000'));

it.each([
  [''],
  ['--pid host'],
  ['--network host --ipc host --uts host --cgroupns host'],
  ['--pid container:donor --network container:donor'],
])('docker run %s', async (flags) => {
  const id = await guest.ok(`docker run -d ${flags} busybox sleep 100000`);
  const pid = await guest.ok(`docker inspect -f '{{.State.Pid}}' ${id}`);
  const first = await guest.ok(NAMES.map((name) => `readlink /proc/${pid}/ns/${name}`).join('; '));
  for (const tty of ['', '-t']) {
    const found = await guest.ok(
      `docker exec ${tty} ${id} sh -c '${READ}; cat /proc/self/cgroup; cut -d" " -f1,6 /proc/self/stat; :'`,
    );
    const [session = '', cgroup, ...links] = found.replaceAll('\r', '').split('\n').reverse();
    expect(links.reverse()).toEqual(first.split('\n'));
    expect(cgroup).toBe(flags.includes('--cgroupns host') ? `0::/docker/${id}` : '0::/');
    const [own = '', leader = ''] = session.split(' ');
    // `cut` is not the shell, whose session it is.
    expect(Number(leader)).toBeGreaterThan(0);
    expect(Number(leader)).toBeLessThan(Number(own));
  }
  const ended = await guest.ok(`docker exec ${id} sh -c 'exit 7'; echo $?; docker rm -f ${id}`);
  expect(ended.split('\n')[0]).toBe('7');
});
