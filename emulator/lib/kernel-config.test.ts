import { expect, test } from 'vitest';
import { missingOptions } from './kernel-config.ts';

test('options that were dropped, changed, or forced on', () => {
  const fragment = '# why\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_C=5\nCONFIG_D=n\nCONFIG_E=n\n';
  const config = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=4\nCONFIG_D=y\n';
  expect(missingOptions(fragment, config)).toEqual(['CONFIG_B=y', 'CONFIG_C=5', 'CONFIG_D=n']);
});
