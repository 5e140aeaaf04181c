// Configs as a hostile or broken registry may send them; those of archives are in test/support/bad-image-archives.ts.
import { describe, expect, it } from 'vitest';
import { isDrydockError } from '../../contracts/errors.ts';
import { randomOf } from '../layer/testing/random-layer.ts';
import { parseImageConfig } from './image-config.ts';

const utf8 = new TextEncoder();
const ID = `sha256:${'c'.repeat(64)}` as const;
const good = {
  architecture: '386',
  os: 'linux',
  created: '2026-01-02T03:04:05Z',
  config: {
    Env: ['A=b'],
    Cmd: ['sh'],
    Labels: { a: 'b' },
    ExposedPorts: { '80/tcp': {} },
    Healthcheck: { Test: ['NONE'] },
  },
  rootfs: { type: 'layers', diff_ids: [`sha256:${'d'.repeat(64)}`] },
  history: [{ created_by: 'x', empty_layer: true }],
};
const parse = (value: unknown) => parseImageConfig(utf8.encode(JSON.stringify(value)), ID);

describe('parseImageConfig', () => {
  it('reads what is there, and takes null for nothing', () => {
    expect(parse(good)).toEqual(good);
    const sparse = parse({ ...good, config: null, history: null, rootfs: { type: 'layers', diff_ids: null } });
    expect(sparse).toEqual({
      ...good,
      config: undefined,
      history: undefined,
      rootfs: { type: 'layers', diff_ids: [] },
    });
    expect('config' in sparse).toBe(false);
  });

  it('keeps what it does not know, however deep within bounds', () => {
    const deep: unknown = JSON.parse('['.repeat(990) + ']'.repeat(990));
    expect(parse({ ...good, deep })).toEqual({ ...good, deep });
  });

  const refused: Record<string, [value: unknown, reason: RegExp]> = {
    'a number': [7, /Cannot read image config sha256:c+:/],
    'a system that is a number': [{ ...good, os: 1 }, /os: /],
    'no layers': [{ ...good, rootfs: undefined }, /rootfs: /],
    'layers of another kind': [{ ...good, rootfs: { type: 'x', diff_ids: [] } }, /rootfs\.type: /],
    'a diff ID that climbs': [
      { ...good, rootfs: { type: 'layers', diff_ids: ['sha256:../x'] } },
      /diff_ids\.0: must be/,
    ],
    'a command that is no list': [{ ...good, config: { Cmd: 'sh' } }, /config\.Cmd: /],
    'an environment of numbers': [{ ...good, config: { Env: [1] } }, /config\.Env\.0: /],
    'labels that are lists': [{ ...good, config: { Labels: { a: [] } } }, /config\.Labels\.a: /],
    'a history that is text': [{ ...good, history: 'x' }, /history: /],
    'lists without end': [JSON.parse('['.repeat(1500) + ']'.repeat(1500)), /more than 1000 levels/],
  };
  it.each(Object.entries(refused))('refuses %s', (_, [value, reason]) => {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ code: 'data-loss', message: expect.stringMatching(reason) }),
    );
  });

  it('takes a damaged config as one, or refuses it with a reason', () => {
    const random = randomOf(46);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < 2000; round++) {
      const bytes = utf8.encode(JSON.stringify(good));
      for (let flips = 1 + random(2); flips > 0; flips--) {
        const at = random(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      try {
        expect(parseImageConfig(bytes, ID).rootfs.type).toBe('layers');
        outcomes.read++;
      } catch (error) {
        expect(isDrydockError(error, 'data-loss') || error).toBe(true);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(500);
  });
});
