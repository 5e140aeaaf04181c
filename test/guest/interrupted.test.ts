// A client that is told to stop, or dies: its container ends as its program decides, and nothing is left half done.
import { expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const mounts = 'grep -c "/var/lib/docker/overlay2/" /proc/mounts';

it('leaves a whole image or none when a pull is killed, and pulls again', async () => {
  for (const signal of ['TERM', 'KILL']) {
    const output = await guest.ok(`
      docker pull busybox >/tmp/pull.out & client=$!
      until [ -s /tmp/pull.out ] || ! kill -0 $client 2>/dev/null; do :; done
      kill -${signal} $client 2>/dev/null; wait $client
      docker run --rm busybox echo works && docker rmi -f busybox >/dev/null
      ${mounts}; docker images -q; true`);
    expect(output.split('\n')).toEqual(['works', '0']);
  }
});

it('passes a signal on, and removes what --rm promised', async () => {
  const output = await guest.ok(`
    docker run --rm busybox sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done' >/tmp/run.out & client=$!
    until grep -q ready /tmp/run.out 2>/dev/null; do sleep 0.02; done
    kill -TERM $client; wait $client; echo "code $?"
    docker ps -aq; ls /var/lib/docker/containers; ls -d /sys/fs/cgroup/docker/*/ 2>/dev/null; true`);
  expect(output).toBe('code 7');
});
