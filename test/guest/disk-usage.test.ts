// How much of the guest's disk is used, as docker says it, and what prune gives back.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

describe('docker system', () => {
  it('df counts what containers and volumes have written', async () => {
    const output = await guest.ok(`
      docker run --name writer -v data:/data busybox sh -c 'dd if=/dev/zero of=/own bs=1000 count=30; dd if=/dev/zero of=/data/f bs=1000 count=20' 2>/dev/null
      docker run -d --name busy busybox sleep 1000 >/dev/null
      docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}' | grep -v Images
      docker system df -v --format '{{range .Images}}{{.Repository}} {{.Containers}} {{.SharedSize}}{{end}}'; echo
      docker system df -v --format '{{range .Volumes}}{{.Name}} {{.Links}} {{.Size}}{{end}}'
    `);
    expect(output.split('\n')).toEqual([
      'Containers 2 1 30kB 30kB (100%)',
      'Local Volumes 1 1 20kB 0B (0%)',
      'Build Cache 0 0 0B 0B',
      'busybox 2 0B',
      'data 1 20kB',
    ]);
  });

  it('prune removes what is stopped, and leaves what runs and the images with a name', async () => {
    const output = await guest.ok(`
      docker system prune -f | sed -E 's/[0-9a-f]{64}/<id>/'; docker ps -a --format '{{.Names}}'; docker images -q | wc -l; docker volume ls -q
    `);
    expect(output.split('\n').filter((line) => line !== '')).toEqual([
      'Deleted Containers:',
      '<id>',
      'Total reclaimed space: 30kB',
      ...['busy', '1', 'data'],
    ]);
  });

  it('prune -a removes images that no container uses, and their layers', async () => {
    const output = await guest
      .ok(
        `
      docker system prune -af >/dev/null; docker images -q | wc -l; docker rm -f busy >/dev/null
      docker system prune -af | grep -c '^untagged: busybox:latest'; docker images -q | wc -l; ls /var/lib/docker/overlay2 | grep -vc '^l$'
    `,
      )
      .catch((error: Error) => error.message);
    expect(output).toContain('1\n1\n0\n0');
  });
});
