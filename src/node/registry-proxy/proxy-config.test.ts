import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIRECTORY } from '../paths.ts';
import { defaultProxyConfig, parseConfig, readConfig } from './proxy-config.ts';
import type { ProxiedRegistry } from './proxy-config.ts';

function registryOf(entry: object, name = 'registry.example'): ProxiedRegistry {
  const config = parseConfig(JSON.stringify({ proxy: { registries: { [name]: entry } } }), 'c.json');
  const registry = config === undefined || config === false ? undefined : config.registries.get(name);
  if (registry === undefined) throw new Error('not there');
  return registry;
}

describe('docs/hosting.md', () => {
  const page = readFileSync(join(PROJECT_DIRECTORY, 'docs/hosting.md'), 'utf8');
  const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];

  it('shows a configuration that can be used, with the default limits', () => {
    const config = parseConfig(example, 'docs/hosting.md');
    expect(config).toMatchObject({ hosts: ['drydock.school.example'], limits: defaultProxyConfig().limits });
  });

  it('names the registries that are there without one', () => {
    const sentence = /pulls from (docker\.io,.*?)\. On any other/s.exec(page)?.[1]?.replaceAll(/\s+/g, ' ') ?? '';
    expect(sentence.split(/, | and /)).toEqual([...defaultProxyConfig().registries.keys()]);
  });
});

describe('defaultProxyConfig', () => {
  it('passes pulls on to the usual registries, and no pushes', () => {
    const { registries, limits } = defaultProxyConfig();
    expect(registries.get('docker.io')).toMatchObject({
      url: new URL('https://registry-1.docker.io'),
      tokens: ['https://auth.docker.io/token'],
      search: new URL('https://index.docker.io'),
      push: false,
      privateAddresses: false,
    });
    expect(registries.get('quay.io')).toMatchObject({ url: new URL('https://quay.io'), tokens: [] });
    expect([...registries.values()].every(({ push, privateAddresses }) => !push && !privateAddresses)).toBe(true);
    expect(limits).toMatchObject({ blobMegabytes: 1024, connectSeconds: 10, requestsAtOnce: 64 });
  });
});

describe('parseConfig', () => {
  it('tells a file without a word of a proxy from one that wants none', () => {
    expect(parseConfig('{}', 'c.json')).toBeUndefined();
    expect(parseConfig('{"proxy":false}', 'c.json')).toBe(false);
  });

  it('knows where docker.io is, unless it is told', () => {
    expect(registryOf({}, 'docker.io').tokens).toEqual(['https://auth.docker.io/token']);
    expect(registryOf({ url: 'https://hub.example' }, 'docker.io')).toMatchObject({
      url: new URL('https://hub.example'),
      tokens: [],
      search: new URL('https://hub.example'),
    });
  });

  it.each([
    [['library/*'], 'library/alpine', true],
    [['library/*'], 'library/a/b', false],
    [['team/**'], 'team/a/b', true],
    [['team/**'], 'teams/a', false],
    [['a.b/c'], 'axb/c', false],
    [['one', 'two'], 'two', true],
    [undefined, 'any/thing', true],
  ])('allows by %j the repository %s: %s', (repositories, name, allowed) => {
    expect(registryOf({ ...(repositories && { repositories }) }).allows(name)).toBe(allowed);
  });

  it.each([
    ['{', 'Cannot read the configuration "c.json": it is not JSON: '],
    ['[]', 'the file: Invalid input: expected object, received array'],
    ['{"proxies":{}}', 'the file: Unrecognized key: "proxies"'],
    ['{"proxy":{}}', 'proxy > registries: '],
    [
      '{"proxy":{"registries":{"a.example":{"url":"ftp://x"}}}}',
      'proxy > registries > a.example > url: must be http:// or https:// with a host, and nothing after it (it is "ftp://x")',
    ],
    ['{"proxy":{"registries":{"a.example":{"url":"https://u:p@x"}}}}', 'url: must be http'],
    ['{"proxy":{"registries":{"a.example":{"url":"https://x/v2"}}}}', 'url: must be http'],
    ['{"proxy":{"registries":{"a.example":{"tokens":["x"]}}}}', 'tokens > 0: must be an http:// or https:// address'],
    ['{"proxy":{"registries":{"a.example":{"repositories":["../x"]}}}}', 'repositories > 0: must be like'],
    ['{"proxy":{"registries":{"a.example":{"push":1}}}}', 'a.example > push: '],
    ['{"proxy":{"registries":{"https://a":{}}}}', 'proxy > registries > https://a: must be a host'],
    ['{"proxy":{"registries":{"localhost:5000":{}}}}', 'localhost:5000: means the machine of whoever types it'],
    ['{"proxy":{"registries":{},"limits":{"idleSeconds":0}}}', 'proxy > limits > idleSeconds: '],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseConfig(text, 'c.json')).toThrow('"c.json"');
    expect(() => parseConfig(text, 'c.json')).toThrow(message);
  });

  it('says which file is not there', async () => {
    await expect(readConfig('/none/c.json')).rejects.toThrow('Cannot read the configuration "/none/c.json": ENOENT');
  });
});
