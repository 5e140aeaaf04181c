import { expect, test } from 'vitest';
import { formatAptSources, parseAptSources } from './apt-sources.ts';

const STANZAS = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: http://other.example/node
Suites: nodistro
Components: main
`;

test('stanzas: only suites of the release, with their key', () => {
  const sources = parseAptSources(STANZAS, 'sources', 'bookworm');
  expect(sources).toHaveLength(1);
  expect(formatAptSources(sources)).toBe(`Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg
`);
});

test('lines: options, comments and other suites', () => {
  const text = `# deb http://no.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian bookworm main contrib
deb http://b.example/security bookworm-security/updates main
deb http://c.example/x stable main`;
  expect(parseAptSources(text, 'list', 'bookworm').map((source) => [source.uris, source.signedBy])).toEqual([
    ['http://a.example/debian', '/k.gpg'],
    ['http://b.example/security', undefined],
  ]);
});
