import { expect, it } from 'vitest';
import { isInsecure } from './insecure-registries.ts';

const TRUSTED = ['registry.test:5000', 'http://plain.test', '10.1.0.0/16'];

it.each(['registry.test:5000', 'plain.test', '10.1.2.3', '10.1.255.255:5000'])(
  '%s is trusted without TLS',
  (domain) => {
    expect(isInsecure(domain, TRUSTED)).toBe(true);
  },
);

it.each(['registry.test', 'registry.test:5001', 'plain.test:80', '10.2.0.1', '10.1.2.3.test', '[::1]:5000'])(
  '%s is not',
  (domain) => {
    expect(isInsecure(domain, TRUSTED)).toBe(false);
  },
);
