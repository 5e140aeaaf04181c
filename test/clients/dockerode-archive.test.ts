// Files in and out of a container, and its changes, as dockerode asks for them (`docker cp`, `docker diff`, `docker export`).
import { describe, expect, it } from 'vitest';
import { bytesOf, demultiplexed, useDockerode } from '../support/dockerode.ts';
import { readArchive, writeArchive } from '../support/tar.ts';

const client = useDockerode();

async function output(container: Awaited<ReturnType<typeof client.run>>, cmd: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: cmd, AttachStdout: true, AttachStderr: true });
  const { stdout, stderr } = await demultiplexed(client.docker, await exec.start({}));
  return stdout + stderr;
}

describe('the archive', () => {
  it('of a path comes as a tar, with what the path is in a header', async () => {
    const container = await client.run(['sh', '-c', 'mkdir -p /d/e; echo text > /d/e/f; chmod 640 /d/e/f; sleep 1000']);
    await expect.poll(() => output(container, ['cat', '/d/e/f'])).toBe('text\n');
    const archive = await bytesOf((await container.getArchive({ path: '/d' })) as AsyncIterable<Uint8Array>);
    const entries = readArchive(archive);
    expect(entries.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'directory d/',
      'directory d/e/',
      'file d/e/f',
    ]);
    expect(entries[2]).toMatchObject({ mode: 0o640, content: 'text\n' });

    const head = (await container.infoArchive({ path: '/d/e/f' })) as { headers: Record<string, string> };
    const stat = JSON.parse(
      Buffer.from(head.headers['x-docker-container-path-stat'] ?? '', 'base64').toString(),
    ) as object;
    expect(stat).toMatchObject({ name: 'f', size: 5, mode: 0o640, linkTarget: '' });
  });

  it('is unpacked into a directory, running or not', async () => {
    const container = await client.docker.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] });
    await container.putArchive(writeArchive([{ name: 'before', content: '1\n' }]), { path: '/tmp' });
    await container.start();
    await container.putArchive(writeArchive([{ name: 'after', content: '2\n' }]), { path: '/tmp' });
    expect(await output(container, ['cat', '/tmp/before', '/tmp/after'])).toBe('1\n2\n');
  });

  it.each([
    ['a missing path', '/nowhere', 404],
    ['no directory', '/etc/passwd', 400],
  ])('is not unpacked into %s', async (_, path, statusCode) => {
    const container = await client.run(['sleep', '1000']);
    const put = container.putArchive(writeArchive([{ name: 'x', content: '' }]), { path });
    await expect(put).rejects.toMatchObject({ statusCode });
  });

  it('of a missing path is refused', async () => {
    const container = await client.run(['sleep', '1000']);
    await expect(container.getArchive({ path: '/nowhere' })).rejects.toMatchObject({ statusCode: 404 });
    await expect(container.infoArchive({ path: '/nowhere' })).rejects.toMatchObject({ statusCode: 404 });
  });
});

it('changes are told by kind', async () => {
  const container = await client.run(['sh', '-c', 'echo x > /added; rm /etc/group; echo y >> /etc/passwd']);
  await container.wait();
  const changes = (await container.changes()) as { Path: string; Kind: number }[];
  expect(changes.sort((a, b) => a.Path.localeCompare(b.Path))).toEqual([
    { Path: '/added', Kind: 1 },
    { Path: '/etc', Kind: 0 },
    { Path: '/etc/group', Kind: 2 },
    { Path: '/etc/passwd', Kind: 0 },
  ]);
});

it('a whole container is exported', async () => {
  const container = await client.run(['sh', '-c', 'echo mine > /mine']);
  await container.wait();
  const entries = readArchive(await bytesOf((await container.export()) as AsyncIterable<Uint8Array>));
  expect(entries.find(({ name }) => name === 'mine')).toMatchObject({ content: 'mine\n' });
  expect(entries.some(({ name }) => name === 'bin/busybox')).toBe(true);
});
