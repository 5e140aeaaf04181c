// Manifests and indexes as a hostile or broken registry may send them.
import { describe, expect, it } from 'vitest';
import { isDrydockError } from '../../contracts/errors.ts';
import { randomOf } from '../layer/testing/random-layer.ts';
import { MEDIA_TYPES, parseManifest } from './manifest.ts';

const utf8 = new TextEncoder();
const DIGEST = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'x', digest: DIGEST, size: 1 };
const image = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config: descriptor, layers: [descriptor] };
const index = {
  schemaVersion: 2,
  manifests: [{ ...descriptor, platform: { os: 'linux', architecture: '386' } }],
};
const parse = (value: unknown) => parseManifest(utf8.encode(JSON.stringify(value)), 'app:1');

describe('parseManifest', () => {
  it('reads images and indexes, and passes by what it does not know', () => {
    expect(parse({ ...image, annotations: { a: 'b' }, subject: null })).toEqual({ kind: 'image', ...image });
    expect(parse({ ...index, extra: [] })).toEqual({ kind: 'index', ...index });
  });

  const refused: Record<string, [value: unknown, reason: RegExp]> = {
    'a list': [[], /expected object/],
    'no version': [{ ...image, schemaVersion: undefined }, /schemaVersion/],
    'version 3': [{ ...image, schemaVersion: 3 }, /schemaVersion/],
    'version 1': [{ ...image, schemaVersion: 1 }, /Image manifest version 2, schema 1 support has been removed/],
    'no config': [{ ...image, config: null }, /config/],
    'no layers': [{ ...image, layers: undefined }, /layers/],
    'layers that are text': [{ ...image, layers: 'x' }, /layers/],
    'a layer of less than nothing': [{ ...image, layers: [{ ...descriptor, size: -1 }] }, /layers\.0\.size/],
    'a layer of half a byte': [{ ...image, layers: [{ ...descriptor, size: 0.5 }] }, /layers\.0\.size/],
    'a layer beyond all numbers': [{ ...image, layers: [{ ...descriptor, size: 1e300 }] }, /layers\.0\.size/],
    'a digest that climbs': [
      { ...image, config: { ...descriptor, digest: 'sha256:../../../etc/passwd' } },
      /config\.digest: must be a sha256 digest/,
    ],
    'a digest in capitals': [
      { ...image, config: { ...descriptor, digest: DIGEST.toUpperCase() } },
      /config\.digest: must be a sha256 digest/,
    ],
    'manifests that are no list': [{ ...index, manifests: {} }, /manifests/],
    'a platform that is a number': [{ ...index, manifests: [{ ...descriptor, platform: 7 }] }, /platform/],
  };
  it.each(Object.entries(refused))('refuses %s', (_, [value, reason]) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ message: expect.stringMatching(reason) }));
  });

  it('takes a damaged manifest as one, or refuses it with a reason', () => {
    const random = randomOf(45);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < 2000; round++) {
      const bytes = utf8.encode(JSON.stringify(round % 2 === 0 ? image : index));
      for (let flips = 1 + random(2); flips > 0; flips--) {
        const at = random(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      const bad = random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      try {
        expect(parseManifest(bad, 'app:1').schemaVersion).toBe(2);
        outcomes.read++;
      } catch (error) {
        expect(isDrydockError(error) || error).toBe(true);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(20);
    expect(outcomes.refused).toBeGreaterThan(1000);
  });
});
