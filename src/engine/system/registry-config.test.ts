import { expect, test } from 'vitest';
import { registryConfigOf } from './registry-config.ts';

test('without daemon.json there are no mirrors, and only the host itself is trusted without TLS', () => {
  expect(registryConfigOf({ registryMirrors: [], insecureRegistries: [] })).toEqual({
    IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Official: true, Secure: true } },
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
    Mirrors: null,
  });
});

test('mirrors and insecure registries of daemon.json are told, each once', () => {
  const config = registryConfigOf({
    registryMirrors: ['https://mirror.test/', 'http://other.test/', 'https://mirror.test/'],
    insecureRegistries: ['10.0.0.0/8', 'http://registry.test:5000', '127.0.0.0/8'],
  });
  const mirrors = ['https://mirror.test/', 'http://other.test/'];
  expect(config).toEqual({
    IndexConfigs: {
      'registry.test:5000': { Name: 'registry.test:5000', Mirrors: [], Official: false, Secure: false },
      'docker.io': { Name: 'docker.io', Mirrors: mirrors, Official: true, Secure: true },
    },
    InsecureRegistryCIDRs: ['10.0.0.0/8', '127.0.0.0/8', '::1/128'],
    Mirrors: mirrors,
  });
});
