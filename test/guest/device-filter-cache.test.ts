// The shim keeps the kernel's programs of device lists: what a container may open must not depend on whether its program was
// kept, and a list never gets another one's program.
import { beforeAll, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
let major: string;
let minor: string;

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
  [major = '', minor = ''] = (await guest.ok('cat /sys/block/ram0/dev')).split(':');
});

const kept = async (): Promise<string[]> =>
  (await guest.ok('ls /sys/fs/bpf')).split('\n').filter((name) => name.startsWith('devices-'));
/** What becomes of a container that makes itself the node of the host's disk and opens it. */
const tries = (options: string): Promise<string> => {
  const script = `mknod /disk b ${major} ${minor}; head -c 1 /disk >/dev/null 2>&1 && echo opened || echo refused`;
  return guest.ok(`docker run --rm ${options} busybox sh -c '${script}'`);
};

it('containers with the same list share one program, and each is held to it', async () => {
  expect(await tries('')).toBe('refused');
  const [program, ...others] = await kept();
  expect(program).toBeDefined();
  expect(others).toEqual([]);
  expect(await tries('')).toBe('refused');
  expect(await kept()).toEqual([program]);
});

it('another list has another program', async () => {
  for (const _ of ['made', 'kept']) {
    expect(await tries(`--device-cgroup-rule 'b ${major}:* rwm'`)).toBe('opened');
    expect(await tries('')).toBe('refused');
    expect(await kept()).toHaveLength(2);
  }
});

it('without a place to keep it a container is held to its list, too', async () => {
  await guest.ok('umount /sys/fs/bpf');
  try {
    expect(await tries('')).toBe('refused');
  } finally {
    await guest.ok('mount -t bpf -o mode=0700 bpf /sys/fs/bpf');
  }
  expect(await kept()).toEqual([]);
  expect(await tries('')).toBe('refused');
  expect(await kept()).toHaveLength(1);
});
