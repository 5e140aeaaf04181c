// Images as archives: what we save others read (skopeo, umoci, the real docker client), what they write we load; and images
// made here, of containers and of tars.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputOf, useServedEngine } from '../support/served-engine.ts';

const engine = useServedEngine();

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-archives-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tool = (program: string, ...args: string[]): Promise<string> => outputOf(program, args, { HOME: folder });

const docker = (...args: string[]): Promise<string> => engine.output(...args);

const inspect = (name: string, format: string): Promise<string> =>
  docker('image', 'inspect', '-f', format, name).then((text) => text.trim());

describe('commit', () => {
  it('makes an image of what a container changed, deletions and all', async () => {
    await docker(
      'run',
      '--name',
      'work',
      'busybox',
      'sh',
      '-c',
      'mkdir /new; echo text > /new/file; ln -s file /new/l; rm /etc/group',
    );
    const id = (
      await docker(
        'commit',
        '-m',
        'why',
        '-a',
        'Ada',
        '-c',
        'ENV WHO=me PLACE=${PATH%%:*}',
        '-c',
        'CMD cat /new/l',
        'work',
        'made:v1',
      )
    ).trim();
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await inspect('made:v1', '{{.Id}} {{.Comment}} {{.Author}} {{json .Config.Cmd}}')).toBe(
      `${id} why Ada ["/bin/sh","-c","cat /new/l"]`,
    );
    expect(await docker('run', '--rm', 'made:v1')).toBe('text\n');
    const looked = 'echo $WHO $PLACE; ls /etc/group 2>&- || echo gone; readlink /new/l';
    expect(await docker('run', '--rm', 'made:v1', 'sh', '-c', looked)).toBe('me /usr/local/sbin\ngone\nfile\n');
    expect(await docker('history', '--format', '{{.CreatedBy}}|{{.Comment}}', 'made:v1')).toMatch(
      /^sh -c mkdir \/new; .*\|why\n/,
    );
  });

  it('adds no layer for a container that changed nothing', async () => {
    await docker('create', '--name', 'idle', 'busybox', 'true');
    await docker('commit', 'idle', 'same');
    expect(await inspect('same', '{{json .RootFS.Layers}}')).toBe(await inspect('busybox', '{{json .RootFS.Layers}}'));
  });

  it('freezes a running container and lets it go on', async () => {
    await docker('run', '-d', '--name', 'runs', 'busybox', 'sleep', '1000');
    await docker('commit', 'runs', 'of-running');
    expect((await docker('inspect', '-f', '{{.State.Status}}', 'runs')).trim()).toBe('running');
    await docker('rm', '-f', 'runs');
  });
});

describe('save', () => {
  it('writes what skopeo and umoci read, with the same image', async () => {
    const archive = join(folder, 'saved.tar');
    await docker('save', '-o', archive, 'made:v1', 'busybox');
    const wanted = await inspect('made:v1', '{{join .RootFS.Layers " "}}');
    const seen = JSON.parse(await tool('skopeo', 'inspect', `docker-archive:${archive}:made:v1`)) as {
      Layers: string[];
    };
    expect(seen.Layers).toEqual(wanted.split(' '));
    const layout = join(folder, 'copied');
    await tool('skopeo', 'copy', '-q', `docker-archive:${archive}:made:v1`, `oci:${layout}:v1`);
    await tool('umoci', 'unpack', '--rootless', '--image', `${layout}:v1`, join(folder, 'bundle'));
    expect(await readFile(join(folder, 'bundle/rootfs/new/file'), 'utf8')).toBe('text\n');
    // It is an OCI layout itself.
    await mkdir(join(folder, 'layout'));
    await tool('tar', '-xf', archive, '-C', join(folder, 'layout'));
    const direct = JSON.parse(await tool('skopeo', 'inspect', `oci:${join(folder, 'layout')}:v1`)) as {
      Layers: string[];
    };
    expect(direct.Layers).toEqual(wanted.split(' '));
  });

  it('has every blob under its own digest', async () => {
    const layout = join(folder, 'layout');
    const manifest = JSON.parse(await readFile(join(layout, 'manifest.json'), 'utf8')) as {
      Layers: string[];
      Config: string;
    }[];
    const paths = manifest.flatMap(({ Layers, Config }) => [...Layers, Config]);
    expect(paths.length).toBeGreaterThanOrEqual(4);
    for (const path of paths) {
      const digest = createHash('sha256')
        .update(await readFile(join(layout, path)))
        .digest('hex');
      expect(path).toBe(`blobs/sha256/${digest}`);
    }
  });

  it('refuses what is not there, and writes no file', async () => {
    const result = await engine.docker('save', '-o', join(folder, 'none.tar'), 'no-such-image');
    expect(result).toMatchObject({ exitCode: 1, stderr: 'Error response from daemon: No such image: no-such-image\n' });
    await expect(readFile(join(folder, 'none.tar'))).rejects.toThrow('ENOENT');
  });
});

describe('load', () => {
  it('takes back what was saved, plain, gzip and zstd', async () => {
    const archive = join(folder, 'saved.tar');
    const id = await inspect('made:v1', '{{.Id}}');
    await tool('gzip', '-k', archive);
    await tool('zstd', '-q', archive);
    for (const name of ['saved.tar', 'saved.tar.gz', 'saved.tar.zst']) {
      await docker('rmi', 'made:v1');
      expect(await docker('load', '-i', join(folder, name))).toBe(
        'Loaded image: made:v1\nLoaded image: busybox:latest\n',
      );
      expect(await inspect('made:v1', '{{.Id}}')).toBe(id);
    }
    expect(await docker('run', '--rm', 'made:v1')).toBe('text\n');
  });

  it('takes what skopeo wrote', async () => {
    const archive = join(folder, 'skopeo.tar');
    await tool('skopeo', 'copy', '-q', `oci:${join(folder, 'copied')}:v1`, `docker-archive:${archive}:team/skopeo:x`);
    expect(await docker('load', '-i', archive)).toBe('Loaded image: team/skopeo:x\n');
    expect(await docker('run', '--rm', 'team/skopeo:x')).toBe('text\n');
    const oci = join(folder, 'oci.tar');
    await tool(
      'skopeo',
      'copy',
      '-q',
      `oci:${join(folder, 'copied')}:v1`,
      `oci-archive:${oci}:registry.test/team/oci:y`,
    );
    expect(await docker('load', '-i', oci)).toBe('Loaded image: registry.test/team/oci:y\n');
  });

  it('takes an archive from before there were manifests', async () => {
    const archive = join(folder, 'legacy.tar');
    await tool('skopeo', 'copy', '-q', `oci:${join(folder, 'copied')}:v1`, `docker-archive:${archive}:team/legacy:x`);
    const unpacked = join(folder, 'legacy');
    await mkdir(unpacked);
    await tool('tar', '-xf', archive, '-C', unpacked);
    await tool('tar', '-cf', archive, '--exclude=manifest.json', '-C', unpacked, '.');
    // Docker says nothing of what it loads so.
    expect(await docker('load', '-q', '-i', archive)).toBe('');
    expect(await inspect('team/legacy:x', '{{len .RootFS.Layers}} {{len .Parent}}')).toBe('2 71');
    expect(await docker('run', '--rm', 'team/legacy:x')).toBe('text\n');
  });

  it('takes an OCI layout that umoci made', async () => {
    const layout = join(folder, 'umoci');
    const root = join(folder, 'root');
    await mkdir(root);
    await writeFile(join(root, 'hello'), 'from umoci\n');
    await tool('umoci', 'init', '--layout', layout);
    await tool('umoci', 'new', '--image', `${layout}:first`);
    await tool('umoci', 'insert', '--rootless', '--image', `${layout}:first`, root, '/data');
    await tool(
      'umoci',
      'config',
      '--image',
      `${layout}:first`,
      '--architecture',
      '386',
      '--os',
      'linux',
      '--config.cmd',
      '/none',
    );
    const archive = join(folder, 'umoci.tar');
    await tool('tar', '-cf', archive, '-C', layout, '.');
    const said = await docker('load', '-q', '-i', archive);
    expect(said).toMatch(/^Loaded image ID: sha256:[0-9a-f]{64}\n$/);
    const id = said.trim().replace('Loaded image ID: ', '');
    const container = (await docker('create', id)).trim();
    const copied = join(folder, 'hello');
    await docker('cp', '-q', `${container}:/data/hello`, copied);
    expect(await readFile(copied, 'utf8')).toBe('from umoci\n');
  });

  it('says what is no archive', async () => {
    const text = join(folder, 'text');
    await writeFile(text, 'nothing of the kind\n');
    expect(await engine.docker('load', '-i', text)).toMatchObject({ exitCode: 1, stderr: 'unexpected EOF\n' });
  });
});

describe('import', () => {
  it('makes an image of what export wrote', async () => {
    const root = join(folder, 'root.tar');
    await docker('export', '-o', root, 'work');
    const id = (await docker('import', '-m', 'flat', '-c', 'CMD ["cat", "/new/file"]', root, 'flat:1')).trim();
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await inspect('flat:1', '{{.Comment}} {{len .RootFS.Layers}} {{.Architecture}}')).toBe('flat 1 386');
    expect(await docker('run', '--rm', 'flat:1')).toBe('text\n');
  });

  it('refuses instructions that make no sense, and keeps nothing', async () => {
    const result = await engine.docker('import', '-c', 'RUN ls', join(folder, 'root.tar'), 'never');
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: 'Error response from daemon: RUN is not a valid change command\n',
    });
    expect(await engine.docker('image', 'inspect', 'never')).toMatchObject({ exitCode: 1 });
  });
});
