// What a registry has, without pulling it.
import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES } from '../registry/manifest.ts';
import { FakeRegistry } from '../registry/testing/fake-registry.ts';
import { inspectDistribution } from './inspect-distribution.ts';

function setUp() {
  const registry = new FakeRegistry();
  const inspect = (name: string) =>
    inspectDistribution({
      name,
      credentials: undefined,
      signal: new AbortController().signal,
      fetch: registry.fetch,
      defaultRegistry: registry.base,
    });
  return { registry, inspect };
}

const layers = [[{ path: 'a', content: 'b' }]];

describe('inspectDistribution', () => {
  it('lists the platforms of an index', async () => {
    const { registry, inspect } = setUp();
    const { digest } = await registry.push({ name: 'library/app', layers, index: true });
    const size = registry.files.get('library/app/manifests/latest')?.length;
    const expected = {
      Descriptor: { mediaType: MEDIA_TYPES.ociIndex, digest, size },
      Platforms: [
        { architecture: 'amd64', os: 'linux' },
        { architecture: '386', os: 'linux' },
      ],
    };
    expect(await inspect('app')).toEqual(expected);
    expect(await inspect(`docker.io/library/app@${digest}`)).toEqual(expected);
  });

  it("looks into the config of Docker's images, and not into those of OCI images", async () => {
    const { registry, inspect } = setUp();
    await registry.push({ name: 'library/app', layers });
    expect((await inspect('app')).Platforms).toBeNull();
    const path = 'library/app/manifests/latest';
    const text = new TextDecoder().decode(registry.files.get(path));
    registry.files.set(
      path,
      new TextEncoder().encode(text.replace(MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest)),
    );
    expect(await inspect('app:latest')).toMatchObject({
      Descriptor: { mediaType: MEDIA_TYPES.dockerManifest },
      Platforms: [{ architecture: '386', os: 'linux' }],
    });
  });

  it('says what cannot be looked at', async () => {
    const { inspect } = setUp();
    const id = 'a'.repeat(64);
    await expect(inspect(id)).rejects.toThrow('no manifest found for full image ID');
    await expect(inspect(`sha256:${id}`)).rejects.toThrow('no manifest found for full image ID');
    await expect(inspect('scratch')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(inspect('Bad')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(inspect('nothing')).rejects.toMatchObject({
      code: 'forbidden',
      message: 'denied: requested access to the resource is denied',
    });
  });
});
