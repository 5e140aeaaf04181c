// How a command line is read; the errors are compared with the real client's in testing/cases/errors.json.
import { describe, expect, it } from 'vitest';
import { parseFlags } from './parse-flags.ts';
import { filterFlag, listFlag, mapFlag, stringsFlag } from './list-flags.ts';
import { boolFlag, bytesFlag, durationFlag, intFlag, nanoCpusFlag, stringFlag } from './scalar-flags.ts';

const flags = {
  all: boolFlag('', { short: 'a' }),
  quiet: boolFlag('', { short: 'q' }),
  yes: boolFlag('', { initial: true }),
  name: stringFlag('', { short: 'n' }),
  last: intFlag('', { initial: -1 }),
  env: listFlag('', { short: 'e' }),
  other: listFlag('', { aliasOf: 'env' }),
  map: mapFlag(''),
  filter: filterFlag(''),
  strings: stringsFlag(''),
  size: bytesFlag('', { short: 'm' }),
  swap: bytesFlag('', { unlimited: true }),
  wait: durationFlag(''),
  cpus: nanoCpusFlag(''),
};
const parse = (line: string, interspersed = true) =>
  parseFlags(line === '' ? [] : line.split(' '), { flags, interspersed });

describe('parseFlags', () => {
  it.each([
    ['-aq x', { all: true, quiet: true }, ['x']],
    ['-aqn foo', { all: true, name: 'foo' }, []],
    ['-nfoo', { name: 'foo' }, []],
    ['-n=foo', { name: 'foo' }, []],
    ['-n -a', { name: '-a', all: false }, []],
    ['--name=', { name: '' }, []],
    ['--name a=b', { name: 'a=b' }, []],
    ['--all=false --yes=0', { all: false, yes: false }, []],
    ['x -a y', { all: true }, ['x', 'y']],
    ['-a -- -q', { all: true, quiet: false }, ['-q']],
    ['- -a', { all: true }, ['-']],
    ['--last 0x10', { last: 16 }, []],
    ['-e a --other b -e c', { env: ['a', 'b', 'c'] }, []],
    ['--map a=1 --map a=2 --map b', { map: { a: '2', b: '' } }, []],
    ['--filter A=x --filter a=y --filter a=x', { filter: { a: ['x', 'y'] } }, []],
    ['--strings a,b --strings c', { strings: ['a', 'b', 'c'] }, []],
    ['-m 1.5k --swap -1', { size: 1536, swap: -1 }, []],
    ['--wait 1h2m3.5s', { wait: 3_723_500_000_000 }, []],
    ['--cpus 0.5', { cpus: 500_000_000 }, []],
    ['--cpus 3/4', { cpus: 750_000_000 }, []],
    ['--cpus 1e-1', { cpus: 100_000_000 }, []],
  ])('%s', (line, values, args) => {
    const parsed = parse(line);
    expect(parsed.values).toMatchObject(values);
    expect(parsed.args).toEqual(args);
  });

  it('leaves what follows the first argument to it, where the command says so', () => {
    const parsed = parse('-a image -q --nope', false);
    expect(parsed.values).toMatchObject({ all: true, quiet: false });
    expect(parsed.args).toEqual(['image', '-q', '--nope']);
  });

  it('knows what was typed from what is the default', () => {
    expect([...parse('--last -1 --yes').changed]).toEqual(['last', 'yes']);
  });

  it.each([
    ['512', 512],
    ['1b', 1],
    ['1kb', 1024],
    ['1KiB', 1024],
    ['64m', 67_108_864],
    ['1G', 1_073_741_824],
    ['0.5t', 549_755_813_888],
  ])('reads the size %s', (text, bytes) => {
    expect(parse(`-m ${text}`).values['size']).toBe(bytes);
  });
});
