// Files between containers and the outside, on the real guest: what is typed in its shell, and what is on its disk then.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

describe('docker cp', () => {
  it('copies files both ways, with mode and content, to a stopped container and a running one', async () => {
    const output = await guest.ok(`
      cd /tmp; docker create --name stopped busybox true >/dev/null; docker run -d --name running busybox sleep 1000 >/dev/null
      echo hello > plain; chmod 750 plain
      for c in stopped running; do
        docker cp plain $c:/root/renamed; docker cp $c:/root/renamed back-$c; stat -c %a back-$c; cat back-$c
      done
      docker exec running cat /root/renamed
    `);
    expect(output.split('\n')).toEqual(['750', 'hello', '750', 'hello', 'hello']);
  });

  it('copies trees with links of both kinds, into a directory or in its place', async () => {
    const output = await guest.ok(`
      cd /tmp; mkdir -p tree/sub; echo one > tree/sub/one; ln tree/sub/one tree/hard; ln -s sub/one tree/soft
      docker cp tree running:/srv; docker cp tree running:/var; docker cp tree/. running:/opt2
      docker exec running sh -c 'ls /srv /var/tree /opt2; readlink /srv/soft; stat -c %h /srv/hard'
      docker cp running:/srv copied; ls copied; readlink copied/soft; stat -c %h copied/hard
      docker cp running:/srv/. flat; ls flat
    `);
    expect(output.replace(/\s+/g, ' ')).toBe(
      '/opt2: hard soft sub /srv: hard soft sub /var/tree: hard soft sub sub/one 2 hard soft sub sub/one 2 hard soft sub',
    );
  });

  it('takes a tar from standard input and gives one on standard output', async () => {
    const output = await guest.ok(`
      cd /tmp; tar cf - tree | docker cp - running:/home; docker exec running ls /home/tree
      tar czf - tree | docker cp - running:/mnt 2>/dev/null || { docker exec running mkdir /mnt; tar czf - tree | docker cp - running:/mnt; }
      docker exec running cat /mnt/tree/soft; docker cp running:/home/tree - | tar tf - | sort
    `);
    expect(output.split('\n')).toEqual([
      'hard',
      'soft',
      'sub',
      'one',
      ...['', 'hard', 'soft', 'sub/', 'sub/one'].map((n) => `tree/${n}`),
    ]);
  });

  it('follows a link only when asked', async () => {
    const output = await guest.ok(`
      cd /tmp; docker exec running ln -s /root/renamed /link
      docker cp running:/link as-link; readlink as-link; docker cp -L running:/link as-file; cat as-file
      ln -s plain local; docker cp local running:/as-link; docker cp -L local running:/as-file
      docker exec running sh -c 'readlink /as-link; cat /as-file'
    `);
    expect(output.split('\n')).toEqual(['/root/renamed', 'hello', 'plain', 'hello']);
  });

  it('reaches volumes, running or not, and not the host', async () => {
    const output = await guest.ok(`
      cd /tmp; mkdir -p bound; docker create --name volume -v /tmp/bound:/data busybox sleep 1000 >/dev/null
      docker cp plain volume:/data/x; cat bound/x; docker start volume >/dev/null; docker cp volume:/data/x fetched; cat fetched
      docker exec running sh -c 'mkdir /trap; ln -s ../../../../../../tmp /trap/up; ln -s /tmp /trap/abs'
      docker cp plain running:/trap/up/caught; docker cp plain running:/trap/abs/caught2
      ls /tmp | grep caught || true; docker exec running sh -c 'ls /tmp'
    `);
    expect(output.split('\n')).toEqual(['hello', 'hello', 'caught', 'caught2']);
  });

  it('sums up when told to', async () => {
    const { stderr, exitCode } = await guest.sh('cd /tmp; docker cp -q=false plain running:/sum');
    expect({ stderr, exitCode }).toEqual({ stderr: 'Successfully copied 2.05kB to running:/sum\n', exitCode: 0 });
  });

  it.each([
    ['docker cp running:/nope .', 'Error response from daemon: Could not find the file /nope in container running'],
    [
      'docker cp plain running:/no/where',
      'Error response from daemon: Could not find the file /no in container running',
    ],
    ['docker cp nope running:/', 'lstat /tmp/nope: no such file or directory'],
    ['docker cp plain nobody:/x', 'Error response from daemon: No such container: nobody'],
    ['docker cp tree running:/root/renamed', 'cannot copy directory'],
    ['docker cp plain running:/root/new/', 'no such directory'],
    ['docker cp running:/root/renamed /tmp/none/x', 'invalid output path: directory "/tmp/none" does not exist'],
    ['docker cp running:/a stopped:/b', 'copying between containers is not supported'],
    ['docker cp plain other', 'must specify at least one container source'],
    ['docker cp - running:/root/renamed </dev/null', 'destination "running:/root/renamed" must be a directory'],
    ['echo garbage-that-is-no-tar | docker cp - running:/root', 'Error response from daemon: unexpected EOF'],
  ])('%s', async (command, message) => {
    const { stderr, exitCode } = await guest.sh(`cd /tmp; ${command}`);
    expect({ stderr, exitCode }).toEqual({ stderr: `${message}\n`, exitCode: 1 });
  });

  it('leaves a read-only root and a read-only volume alone', async () => {
    const { stderr } = await guest.sh(`
      cd /tmp; docker create --name ro --read-only -v /tmp/bound:/data:ro busybox true >/dev/null
      docker cp plain ro:/x; docker cp plain ro:/data/y
    `);
    expect(stderr).toBe(
      'Error response from daemon: container rootfs is marked read-only\n' +
        'Error response from daemon: mounted volume is marked read-only\n',
    );
  });

  it('streams more than would fit into a window', async () => {
    const output = await guest.ok(`
      cd /tmp; dd if=/dev/urandom of=big bs=1M count=24 2>/dev/null; docker cp big running:/big; docker cp running:/big big2
      cmp big big2 && echo same; rm big big2; docker exec running rm /big
    `);
    expect(output).toBe('same');
  });
});

describe('docker diff', () => {
  it('tells what was added, changed and deleted, and nothing of volumes', async () => {
    const output = await guest.ok(`
      docker run --name changed -v /tmp/bound:/data busybox sh -c '
        mkdir -p /new/deep; echo x > /new/deep/file; rm /etc/group; echo more >> /etc/passwd
        echo y > /data/ignored; rm -rf /var/spool; chmod 711 /root; touch /tmp/t; rm /tmp/t'
      docker diff changed; echo --; docker create --name fresh busybox true >/dev/null; docker diff fresh
    `);
    const [changes, fresh] = output.split('--');
    expect(changes?.trim().split('\n')).toEqual(
      expect.arrayContaining([
        'C /etc',
        'D /etc/group',
        'C /etc/passwd',
        'A /new',
        'A /new/deep',
        'A /new/deep/file',
        'C /root',
      ]),
    );
    expect(changes).not.toContain('/data/ignored');
    expect(changes).not.toContain('/tmp');
    expect(fresh?.trim()).toBe('');
  });

  it('tells of a directory that was replaced', async () => {
    const output = await guest.ok(`
      docker run --name replaced busybox sh -c 'mv /etc/passwd /p; rm -rf /etc/*; rmdir /etc 2>/dev/null; echo x > /etc/only'
      docker diff replaced
    `);
    expect(output.split('\n')).toEqual(expect.arrayContaining(['A /etc/only', 'D /etc/passwd', 'A /p']));
  });
});

describe('docker export', () => {
  it('is the whole root, to a file or a pipe, and not to a terminal', async () => {
    const output = await guest.ok(`
      cd /tmp; docker export -o root.tar changed; stat -c %a root.tar; tar tf root.tar | grep -E '^(bin/busybox|new/deep/file|etc/group)$'
      docker export changed | tar xO -f - new/deep/file; ls -A | grep tmp- || true
    `);
    expect(output.split('\n')).toEqual(['600', 'bin/busybox', 'new/deep/file', 'x']);
    expect((await guest.sh('docker export -o /no/where/x changed')).stderr).toBe(
      'failed to export container: invalid output path: stat /no/where: no such file or directory\n',
    );
    expect((await guest.sh('docker export nobody')).stderr).toBe(
      'Error response from daemon: No such container: nobody\n',
    );
  });
});

describe('images as files', () => {
  it('go through a file or a pipe, in the shell too', async () => {
    const output = await guest.ok(`
      cd /tmp; docker run --name kept busybox sh -c 'echo text > /made; rm -r /etc/group; mkdir /etc/group; echo in > /etc/group/f'
      docker commit -c 'CMD cat /made' kept made:v1 > id; docker save -o made.tar made:v1; stat -c %a made.tar
      docker rmi made:v1 > gone; docker load -i made.tar; docker images -q --no-trunc made | cmp - id && echo same
      docker run --rm made:v1; docker run --rm made:v1 cat /etc/group/f
      docker save made:v1 | gzip > made.tgz; docker rmi made:v1 > gone; docker load < made.tgz
      docker export kept | docker import -c 'CMD ["cat", "/made"]' - flat > id; docker run --rm flat
      docker import made.tar odd > /dev/null; docker load -i /no/where 2>&1; docker load -i /tmp 2>&1 || true
    `);
    expect(output.split('\n')).toEqual([
      '600',
      'Loaded image: made:v1',
      'same',
      'text',
      'in',
      'Loaded image: made:v1',
      'text',
      'open /no/where: no such file or directory',
      'read /tmp: is a directory',
    ]);
  });

  it('keep a login in the session, where only its owner reads it', async () => {
    const output = await guest.ok(`
      echo '{}' > /tmp/empty; mkdir -p ~/.docker; echo '{"auths": {"reg.test": {"auth": "YTpi"}}}' > ~/.docker/config.json
      docker logout reg.test; tr -d '[:space:]' < ~/.docker/config.json; echo
      docker login -u ada -p x localhost:1 2>&1 | grep -c 'localhost:1'
    `);
    expect(output.split('\n')).toEqual(['Removing login credentials for reg.test', '{"auths":{}}', '1']);
  });
});

describe('manifest lists', () => {
  it('are kept in the home of whoever makes them', async () => {
    const output = await guest.ok(`
      image=busybox@$(docker manifest inspect busybox | jq -r '.manifests[0].digest')
      docker manifest create mine $image; docker manifest annotate --arch arm64 mine $image
      ls ~/.docker/manifests; docker manifest inspect mine | jq -r '.manifests[].platform.architecture'
      docker manifest create mine $image 2>&1; docker manifest push mine 2>&1 | grep -o 'denied: .*'
      docker manifest rm mine; ls ~/.docker/manifests; docker manifest push mine 2>&1 || true
    `);
    expect(output.split('\n')).toEqual([
      'Created manifest list docker.io/library/mine:latest',
      'docker.io_library_mine-latest',
      'arm64',
      'refusing to amend an existing manifest list with no --amend flag',
      'denied: requested access to the resource is denied',
      'No such manifest: docker.io/library/mine:latest',
    ]);
  });
});

describe('sizes', () => {
  it('count what a container wrote', async () => {
    const output = await guest.ok(`
      docker run --name sized busybox sh -c 'head -c 12345 /dev/zero > /f'
      docker inspect --size -f '{{.SizeRw}}' sized; docker ps -a --size --filter name=sized --format '{{.Size}}'
    `);
    const [bytes, text] = output.split('\n');
    expect(bytes).toBe('12345');
    expect(text).toMatch(/^12\.3kB \(virtual [\d.]+MB\)$/);
  });
});
