import { expect, test } from 'vitest';
import { licenceOf } from './deb.ts';

test('licences of a machine-readable copyright file, each once', () => {
  const text = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
License: GPL-2+

Files: lib/*
License: LGPL-2.1+

License: GPL-2+
 full text`;
  expect(licenceOf(text, '/c')).toBe('GPL-2+, LGPL-2.1+');
});

test('any other copyright file is named', () => {
  expect(licenceOf('This is free software.', '/usr/share/doc/x/copyright')).toBe(
    'see copyright file /usr/share/doc/x/copyright',
  );
});
