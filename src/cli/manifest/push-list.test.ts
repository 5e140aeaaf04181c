import { describe, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { Registries } from '../../contracts/registries.ts';
import { runDocker } from '../run-docker.ts';
import { MemorySession } from '../testing/memory-session.ts';
import { ScriptedDoor } from '../testing/scripted-door.ts';
import { TYPES } from './image-manifest.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const [CONFIG, LAYER, MANIFEST, LIST] = ['c', 'a', 'd', 'e'].map(digest) as [Digest, Digest, Digest, Digest];

/** One image in `reg.test/team/app`, and what is asked of the registry. */
function setUp({ os = 'linux', mounts = true, refuses = false } = {}) {
  const asked: string[] = [];
  const manifest = {
    schemaVersion: 2,
    mediaType: TYPES.dockerManifest,
    config: { digest: CONFIG },
    layers: [{ digest: LAYER }],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const registries: Registries = {
    open: async ({ domain, path }) => ({
      isPlain: false,
      manifest: async () => ({ mediaType: TYPES.dockerManifest, digest: MANIFEST, bytes }),
      blob: async () => new TextEncoder().encode(JSON.stringify({ os, architecture: 'amd64' })),
      async mount(blob, from) {
        asked.push(`mount ${blob.slice(7, 9)} from ${from} to ${domain}/${path}`);
        return mounts;
      },
      async putManifest(reference, mediaType, body) {
        if (refuses) throw new DrydockError('unavailable', 'denied: not you');
        asked.push(`put ${reference.slice(0, 9)} ${mediaType} ${body.length > 0}`);
        return reference === MANIFEST ? MANIFEST : LIST;
      },
    }),
  };
  let files: Record<string, string> = {};
  const docker = async (line: string): Promise<string> => {
    const args = line.split(' ');
    const session = new MemorySession({ args, env: { HOME: '/root' }, files });
    const exitCode = await runDocker(session, new ScriptedDoor({ args, routes: {} }), registries);
    files = Object.fromEntries(session.contents);
    return `${exitCode} ${session.stdout.text}${session.stderr.text}`;
  };
  return { asked, docker, paths: () => Object.keys(files) };
}

describe('docker manifest push', () => {
  it('mounts config and layers, sends the image, then the list', async () => {
    const { asked, docker, paths } = setUp();
    expect(await docker('manifest create reg.test/made reg.test/team/app:v1')).toBe(
      '0 Created manifest list reg.test/made:latest\n',
    );
    expect(paths()).toEqual(['/root/.docker/manifests/reg.test_made-latest/reg.test_team_app-v1']);
    expect(await docker('manifest push -p reg.test/made')).toBe(
      `0 Pushed ref reg.test/made@${MANIFEST} with digest: ${MANIFEST}\n${LIST}\n`,
    );
    expect(asked).toEqual([
      'mount cc from team/app to reg.test/made',
      'mount aa from team/app to reg.test/made',
      `put sha256:dd ${TYPES.dockerManifest} true`,
      `put latest ${TYPES.dockerList} true`,
    ]);
    expect(paths()).toEqual([]);
  });

  it('sends only the list when the images lie beside it', async () => {
    const { asked, docker } = setUp();
    await docker('manifest create reg.test/team/app:all reg.test/team/app:v1');
    expect(await docker('manifest push reg.test/team/app:all')).toBe(`0 ${LIST}\n`);
    expect(asked).toEqual([`put all ${TYPES.dockerList} true`]);
  });

  it('ends where a blob cannot be mounted, unless the image is of Windows', async () => {
    for (const os of ['linux', 'windows']) {
      const { docker, paths } = setUp({ os, mounts: false });
      await docker('manifest create reg.test/made reg.test/team/app:v1');
      const said = await docker('manifest push --purge reg.test/made');
      if (os === 'windows') expect(said).toMatch(/^0 Pushed ref/);
      else expect(said).toBe(`1 error mounting team/app@${CONFIG} to reg.test/made:latest\n`);
      expect(paths()).toHaveLength(os === 'windows' ? 0 : 1);
    }
  });

  it('says what was refused, and of whom nothing is known', async () => {
    const refusing = setUp({ refuses: true });
    await refusing.docker('manifest create reg.test/team/app:all reg.test/team/app:v1');
    expect(await refusing.docker('manifest push reg.test/team/app:all')).toBe(
      '1 failed to put manifest reg.test/team/app:all: denied: not you\n',
    );
    const { docker } = setUp({ os: '' });
    await docker('manifest create reg.test/made reg.test/team/app:v1');
    expect(await docker('manifest push reg.test/made')).toBe(
      '1 manifest reg.test/team/app:v1 must have an OS and Architecture to be pushed to a registry\n',
    );
  });
});
