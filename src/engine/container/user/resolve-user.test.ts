import { describe, expect, test } from 'vitest';
import { resolveUser } from './resolve-user.ts';

const files = {
  passwd: '# people\nroot:x:0:0:root:/root:/bin/sh\n\nweb:x:33:34:Web,,,:/srv:/bin/false\n',
  group: 'root:x:0:root\nwheel:x:10:root,web\nweb:x:34:\ndialout:x:20:\n',
};

describe('resolveUser', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [0, 0, 10] }],
    ['web', { uid: 33, gid: 34, additionalGids: [34, 10] }],
    ['33', { uid: 33, gid: 34, additionalGids: [34, 10] }],
    ['web:dialout', { uid: 33, gid: 20, additionalGids: [20] }],
    ['1000', { uid: 1000, gid: 0, additionalGids: [0] }],
    ['1000:1001', { uid: 1000, gid: 1001, additionalGids: [1001] }],
    [':20', { uid: 0, gid: 20, additionalGids: [20] }],
  ])('%j', (spec, expected) => expect(resolveUser(spec, files)).toEqual(expected));

  test('adds groups by name and number, once each', () => {
    expect(resolveUser('1000', files, ['wheel', '10', '4242']).additionalGids).toEqual([0, 10, 4242]);
  });

  test.each([
    ['nobody', 'unable to find user nobody: no matching entries in passwd file'],
    ['web:nogroup', 'unable to find group nogroup: no matching entries in group file'],
    ['99999999999', 'uids and gids must be in range 0-2147483647'],
    ['-1', 'uids and gids must be in range 0-2147483647'],
  ])('refuses %j', (spec, message) => {
    expect(() => resolveUser(spec, files)).toThrow(expect.objectContaining({ code: 'invalid-argument', message }));
  });

  test('an image without the files has only root and numbers', () => {
    expect(resolveUser('', { passwd: '', group: '' })).toEqual({ uid: 0, gid: 0, additionalGids: [0] });
    expect(() => resolveUser('root', { passwd: '', group: '' })).toThrow('unable to find user root');
  });
});
