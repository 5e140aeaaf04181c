// Flags of `docker run` that say which files a container shares, and how much of the disk it may have.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('--volumes-from', () => {
  it('shares what another one has, even one that has ended', async () => {
    await guest.ok(
      'docker run --name donor -v /own -v shared:/named busybox sh -c "echo o > /own/f; echo n > /named/f"',
    );
    expect(await guest.ok('docker run --rm --volumes-from donor busybox cat /own/f /named/f')).toBe('o\nn');
    await guest.ok('docker run --name second --volumes-from donor busybox sh -c "echo more >> /own/f"');
    expect(await guest.ok('docker run --rm --volumes-from second busybox cat /own/f')).toBe('o\nmore');
  });

  it('takes away the right to write', async () => {
    expect(await guest.sh('docker run --rm --volumes-from donor:ro busybox sh -c "echo x > /own/f"')).toMatchObject({
      exitCode: 1,
      stderr: "sh: can't create /own/f: Read-only file system\n",
    });
  });
});

describe('--log-opt', () => {
  it('caps what the log has on the disk', async () => {
    const id = await guest.ok(
      'docker run -d --name chatty --log-opt max-size=10k --log-opt max-file=2 busybox seq 2000; docker wait chatty >/dev/null',
    );
    const sizes = (await guest.ok(`cd /var/lib/docker/containers/${id}; stat -c '%n %s' *-json.log*`)).split('\n');
    expect(sizes.map((line) => line.split(' ')[0]).sort()).toEqual([`${id}-json.log`, `${id}-json.log.1`]);
    // The last line may go beyond it.
    for (const line of sizes) expect(Number(line.split(' ')[1])).toBeLessThan(10_240 + 200);
    expect(await guest.ok('docker logs chatty | tail -n 1')).toBe('2000');
  });
});

describe('--storage-opt', () => {
  it.each([
    ['size=1G', "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"],
    ['colour=red', 'Unknown option colour'],
  ])('%s is refused, as on any disk without quotas', async (option, message) => {
    const { stderr, exitCode } = await guest.sh(`docker run --rm --storage-opt ${option} busybox true`);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(`docker: Error response from daemon: ${message}\n`);
  });
});
