// A log on the disk: rotation, reading, a disk that is full or slow, an engine that starts again.
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { FakeFiles } from '../../../machine/fake/fake-files.ts';
import { ContainerLog } from './container-log.ts';
import { logAttributes } from './log-attributes.ts';
import { logSettings, validateLogOptions } from './log-driver.ts';
import type { LogOptions } from './log-driver.ts';
import { readLog } from './read-log.ts';
import type { LogQuery } from './read-log.ts';

const DIRECTORY = '/var/lib/docker/containers/c';
const utf8 = new TextEncoder();
const never = new AbortController().signal;
const ALL: LogQuery = { follow: false, tail: undefined, sinceMs: undefined, untilMs: undefined };

interface Bench {
  readonly log: ContainerLog;
  readonly files: FakeFiles;
  readonly clock: FakeClock;
  readonly reports: string[];
  print(text: string): Promise<void>;
  read(query?: Partial<LogQuery>): Promise<string>;
}

function bench(driver: string, options: LogOptions, files = new FakeFiles(), clock = new FakeClock()): Bench {
  const reports: string[] = [];
  const log = new ContainerLog({
    clock,
    files,
    directory: DIRECTORY,
    id: 'c',
    newId: () => 'id',
    settings: logSettings(driver, options),
    report: (line) => reports.push(line),
  });
  log.open();
  return {
    log,
    files,
    clock,
    reports,
    async print(text) {
      await log.append('stdout', utf8.encode(text));
      await log.flush();
    },
    async read(query = {}) {
      let text = '';
      for await (const entries of readLog(log, { ...ALL, ...query }, clock, never)) {
        for (const { bytes } of entries) text += new TextDecoder().decode(bytes);
      }
      return text;
    },
  };
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

describe.each([
  ['json-file', 'c-json.log'],
  ['local', 'local-logs/container.log'],
])('%s', (driver, name) => {
  const path = `${DIRECTORY}/${name}`;

  test('waits a moment, then writes; nothing is written after the removal', async () => {
    const t = bench(driver, {});
    await t.log.append('stdout', utf8.encode('kept\n'));
    await expect(t.files.stat(path)).rejects.toMatchObject({ errno: 2 });
    t.clock.advance(250);
    await t.log.flush();
    expect((await t.files.stat(path)).bytes).toBeGreaterThan(4);
    await t.log.append('stdout', utf8.encode('dropped\n'));
    await t.log.stop();
    t.clock.advance(250);
    expect(await t.read()).toBe('kept\n');
  });

  test('rotates, and reads across the files', async () => {
    const t = bench(driver, { 'max-size': '1k', 'max-file': '3', compress: 'false' });
    for (let i = 1; i <= 100; i += 5) await t.print(lines(i, i + 4));
    const held = await t.read();
    expect(held.endsWith(lines(80, 100))).toBe(true);
    expect(held).not.toContain('line 20\n');
    const directory = path.slice(0, path.lastIndexOf('/'));
    const names = (await t.files.list(directory)).filter((one) => one !== 'local-logs');
    expect(names).toEqual(['', '.1', '.2'].map((extension) => `${name.split('/').pop() ?? ''}${extension}`));
    for (const one of names) expect((await t.files.stat(`${directory}/${one}`)).bytes).toBeLessThan(1200);
    expect(await t.read({ tail: 12 })).toBe(lines(89, 100));
    expect(await t.read({ tail: 1000 })).toBe(held);
    expect(await t.read({ tail: 0 })).toBe('');
  });

  test('has an end at one moment, while more is written', async () => {
    const t = bench(driver, { 'max-size': '20k', 'max-file': '2', compress: 'false' });
    await t.print('first\n');
    const reading = Promise.all([t.read({ tail: 1 }), t.read({ tail: 1 }), t.read({ tail: 0 })]);
    for (let i = 1; i <= 20; i++) await t.print(lines(i, i));
    const [one = '', another = '', none] = await reading;
    expect([one, another].map((text) => text.split('\n').length)).toEqual([2, 2]);
    expect(none).toBe('');
  });

  test('of one large write keeps as much as of many small ones', async () => {
    const t = bench(driver, { 'max-size': '1k', 'max-file': '2', compress: 'false' });
    await t.print('before\n');
    await t.print(lines(1, 500));
    const held = await t.read();
    expect(lines(1, 500).endsWith(held)).toBe(true);
    expect(held.split('\n').length).toBeGreaterThan(15);
    await t.print('after\n');
    expect(await t.read({ tail: 2 })).toBe('line 500\nafter\n');
  });

  test('compresses old files, and still reads them', async () => {
    const t = bench(driver, { 'max-size': '1k', 'max-file': '4', compress: 'true' });
    for (let i = 1; i <= 50; i++) await t.print(`line ${i}\n`);
    expect((await t.files.stat(`${path}.1.gz`)).bytes).toBeLessThan(600);
    await expect(t.files.stat(`${path}.1`)).rejects.toMatchObject({ errno: 2 });
    expect(lines(1, 50).endsWith(await t.read({ tail: 30 }))).toBe(true);
    expect((await t.read({ tail: 30 })).split('\n')).toHaveLength(31);
  });

  test('goes on where another engine stopped', async () => {
    const before = bench(driver, { 'max-size': '1k', 'max-file': '3', compress: 'false' });
    for (let i = 1; i <= 30; i++) await before.print(`line ${i}\n`);
    const after = bench(driver, { 'max-size': '1k', 'max-file': '3', compress: 'false' }, before.files);
    expect(await after.read({ tail: 20 })).toBe(lines(11, 30));
    await after.print(lines(31, 40));
    expect(await after.read({ tail: 20 })).toBe(lines(21, 40));
  });

  test('survives a full disk, says so once, and goes on when there is room', async () => {
    const t = bench(driver, {});
    await t.print('first\n');
    t.files.limitBytes(20);
    await t.print('lost\n');
    await t.print('lost too\n');
    expect(t.reports).toHaveLength(1);
    expect(t.reports[0]).toMatch(/^Cannot write the log of container c, output is dropped: .*No space left on device/);
    t.files.limitBytes(undefined);
    await t.print('last\n');
    expect(await t.read({ tail: 1 })).toBe('last\n');
    expect(await t.read()).not.toContain('lost');
  });

  test('of a container that writes much makes it wait for the disk', async () => {
    const t = bench(driver, { 'max-size': '50m' });
    const chunk = utf8.encode(`${'x'.repeat(999)}\n`.repeat(100));
    let behind: Promise<void> | undefined;
    let chunks = 0;
    while (behind === undefined && chunks < 1000) {
      behind = t.log.append('stdout', chunk);
      chunks++;
    }
    expect(chunks).toBeLessThan(60);
    await behind;
    expect(t.log.append('stdout', chunk)).toBeUndefined();
  });

  test('of a flood forgets what the rotation would delete, and rests between writes', async () => {
    const t = bench(driver, { 'max-size': '20k', 'max-file': '2', compress: 'false' });
    const write = t.files.write.bind(t.files);
    let written = 0;
    t.files.write = async (path, bytes, options) => {
      written += bytes.length;
      t.clock.advance(20);
      await write(path, bytes, options);
    };
    for (let i = 0; i < 100; i++)
      expect(t.log.append('stdout', utf8.encode(lines(i * 100, i * 100 + 99)))).toBeUndefined();
    const waiting = t.clock.pending;
    t.clock.advance(250);
    await t.log.flush();
    expect(written).toBeLessThan(100_000);
    expect(lines(9000, 9999).endsWith(await t.read())).toBe(true);
    await expect.poll(() => t.clock.pending).toBe(waiting - 1);
    await t.log.append('stdout', utf8.encode('next\n'));
    const before = written;
    t.clock.advance(250);
    await Promise.resolve();
    expect(written).toBe(before);
    t.clock.advance(5000);
    await t.log.flush();
    expect(written).toBeGreaterThan(before);
  });

  test('is followed to its end, across rotations, by time too', async () => {
    const t = bench(driver, { 'max-size': '1k', 'max-file': '5', compress: 'false' });
    await t.print('first\n');
    const followed = t.read({ follow: true });
    const until = t.read({ follow: true, untilMs: t.clock.nowMs() + 5000 });
    for (let i = 1; i <= 40; i += 10) await t.print(lines(i, i + 9));
    t.clock.advance(6000);
    expect(await until).toBe(`first\n${lines(1, 40)}`);
    const sinceMs = t.clock.nowMs();
    await t.log.append('stderr', utf8.encode('rest'));
    t.log.close();
    expect(await followed).toBe(`first\n${lines(1, 40)}rest`);
    expect(await t.read({ sinceMs })).toBe('rest');
    expect(await t.read({ untilMs: sinceMs, tail: 3 })).toBe(lines(39, 40));
  });
});

test('without a maximum size the disk is spared all the same', async () => {
  const t = bench('json-file', {});
  const chunk = utf8.encode(`${'x'.repeat(999)}\n`.repeat(1000));
  for (let i = 0; i < 18; i++) await t.print(new TextDecoder().decode(chunk));
  const names = await t.files.list(DIRECTORY);
  const sizes = await Promise.all(names.map(async (name) => (await t.files.stat(`${DIRECTORY}/${name}`)).bytes));
  expect(names).toEqual(['c-json.log', 'c-json.log.1']);
  expect(Math.max(...sizes)).toBeLessThan(8_010_000);
});

test('that does not block drops what the disk has no time for', async () => {
  const t = bench('json-file', { mode: 'non-blocking', 'max-buffer-size': '1k' });
  for (let i = 0; i < 100; i++) expect(t.log.append('stdout', utf8.encode(lines(1, 200)))).toBeUndefined();
  await t.log.flush();
  expect(await t.read()).toBe(lines(1, 200));
});

test('of the driver none is empty', async () => {
  const t = bench('none', {});
  await t.print('gone\n');
  expect(await t.read()).toBe('');
});

describe('options', () => {
  test.each([
    ['journald', {}, "logger: no log driver named 'journald' is registered"],
    ['nope', {}, "logger: no log driver named 'nope' is registered"],
    ['json-file', { nope: '1' }, "unknown log opt 'nope' for json-file log driver"],
    ['local', { tag: '1' }, "unknown log opt 'tag' for log driver local"],
    ['json-file', { mode: 'x' }, 'logger: logging mode not supported: x'],
    [
      'json-file',
      { 'max-buffer-size': '1m' },
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    ],
    [
      'json-file',
      { mode: 'non-blocking', 'max-buffer-size': 'x' },
      "error parsing option max-buffer-size: invalid size: 'x'",
    ],
  ])('%s %j are refused at creation', (driver, options, message) => {
    expect(() => validateLogOptions(driver, options)).toThrow(message);
  });

  test.each([
    ['json-file', { 'max-size': 'x' }, "invalid size: 'x'"],
    ['json-file', { 'max-size': '0' }, 'max-size must be a positive number'],
    ['json-file', { 'max-file': '0' }, 'max-file cannot be less than 1'],
    ['json-file', { 'max-file': 'two' }, 'strconv.Atoi: parsing "two": invalid syntax'],
    ['json-file', { compress: 'true' }, 'compress cannot be true when max-file is less than 2 or max-size is not set'],
    ['json-file', { compress: 'maybe' }, 'strconv.ParseBool: parsing "maybe": invalid syntax'],
    ['local', { 'max-size': 'x' }, "invalid value for max-size: x: invalid size: 'x'"],
    ['local', { 'max-file': '1' }, 'compression cannot be enabled when max file count is 1'],
  ])('%s %j are refused at the start', (driver, options, message) => {
    validateLogOptions(driver, options);
    expect(() => logSettings(driver, options)).toThrow(message);
  });

  test('choose labels, variables and a tag', () => {
    const subject = {
      id: '0123456789abcdef',
      name: 'web',
      imageId: 'sha256:abcdef',
      imageName: 'busybox',
      command: ['sh', '-c', 'x'],
      env: ['A=1', 'B=2=3', 'C'],
      labels: { 'com.x': '1', y: '2' },
    };
    expect(
      logAttributes({ labels: 'y,none', 'labels-regex': '^com', env: 'B', tag: '{{.Name}}/{{ .ID }}' }, subject),
    ).toEqual({ B: '2=3', 'com.x': '1', tag: 'web/0123456789ab', y: '2' });
    expect(() => logAttributes({ tag: '{{.Nope}}' }, subject)).toThrow(
      "can't evaluate field Nope in type *logger.Info",
    );
  });
});
