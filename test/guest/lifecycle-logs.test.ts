// Logs on the guest's disk: rotation under a flood with bounded memory, files as Docker writes them.
import { expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const MIB = 1024 * 1024;

const directoryOf = (name: string): string => `/var/lib/docker/containers/$(docker inspect -f '{{.Id}}' ${name})`;

it('a flood is capped on the disk and in memory', async () => {
  await guest.ok('docker run -d --name flood --log-opt max-size=50k --log-opt max-file=3 busybox yes');
  const before = process.memoryUsage();
  // All three files are there, and the oldest has been replaced.
  await guest.ok(`
    cd ${directoryOf('flood')}
    until [ -f *-json.log.2 ]; do sleep 0.1; done
    first=$(stat -c %i *-json.log.2)
    until [ "$(stat -c %i *-json.log.2)" != $first ]; do sleep 0.1; done
    docker pause flood`);
  // Whoever reads the log sees all of it: it is written first.
  expect(await guest.ok('docker logs --tail 2 flood')).toBe('y\ny');
  const sizes = await guest.ok(`stat -c %s ${directoryOf('flood')}/*-json.log*`);
  expect(sizes.split('\n')).toHaveLength(3);
  // One entry may go beyond the limit, as with Docker.
  for (const size of sizes.split('\n').map(Number)) expect(size).toBeLessThan(51_000);
  expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64 * MIB);
  expect(await guest.ok(`tail -n 1 ${directoryOf('flood')}/*-json.log`)).toMatch(
    /^\{"log":"y\\n","stream":"stdout","time":"[^"]+Z"\}$/,
  );
  await guest.ok('docker unpause flood; docker exec flood true; docker rm -f flood');
});

it('follows across rotations without a gap', async () => {
  await guest.ok(`docker run -d --name seq --log-opt max-size=4k --log-opt max-file=2 busybox sh -c '
    i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo $i; done; sleep 1'`);
  const lines = (await guest.ok('docker logs -f seq')).split('\n').map(Number);
  expect(lines.at(-1)).toBe(300);
  // What the follower saw is what the two files held when it came, and everything after.
  const [start = 0] = lines;
  expect(lines).toEqual(Array.from({ length: 301 - start }, (_, index) => start + index));
  expect(await guest.ok(`ls ${directoryOf('seq')} | grep -c json.log`)).toBe('2');
  await guest.ok('docker rm seq');
});

it('cuts long lines as Docker does, and puts them together again for the reader', async () => {
  await guest.ok(`docker run --name long busybox sh -c 'head -c 40000 /dev/zero | tr "\\0" x; echo end' > /dev/null`);
  expect(await guest.ok(`wc -l < ${directoryOf('long')}/*-json.log`)).toBe('3');
  expect(await guest.ok('docker logs long | wc -c')).toBe('40004');
  await guest.ok('docker rm long');
});

it('keeps the local driver’s files to itself, none at all for none, and refuses others', async () => {
  await guest.ok('docker run --name local --log-driver local busybox echo local');
  expect(await guest.ok("docker inspect -f '[{{.LogPath}}]' local; docker logs local")).toBe('[]\nlocal');
  expect(await guest.ok(`ls ${directoryOf('local')}/local-logs`)).toBe('container.log');
  await guest.ok('docker run --name none --log-driver none busybox true');
  expect(await guest.sh('docker logs none')).toMatchObject({
    exitCode: 1,
    stderr: 'Error response from daemon: configured logging driver does not support reading\n',
  });
  expect((await guest.sh('docker run --rm --log-driver journald busybox true')).stderr).toContain(
    "logger: no log driver named 'journald' is registered",
  );
  expect((await guest.sh('docker run --rm --log-opt max-size=0 busybox true')).stderr).toContain(
    'failed to initialize logging driver: max-size must be a positive number',
  );
  expect((await guest.sh('docker create --log-opt nosuch=1 busybox')).stderr).toContain(
    "unknown log opt 'nosuch' for json-file log driver",
  );
  await guest.ok('docker rm local none');
});

it('marks entries with labels and variables, for --details', async () => {
  await guest.ok(
    `docker run --name marked --label a=1 -e B='2 3' --log-opt labels=a --log-opt env=B --log-opt tag={{.Name}} busybox echo x`,
  );
  expect(await guest.ok('docker logs --details marked')).toBe('B=2+3,a=1,tag=marked x');
  await guest.ok('docker rm marked');
});
