// Logins as config.json keeps them and as the engine gets them; and the commands that change them.
import { describe, expect, it } from 'vitest';
import { runDocker } from '../run-docker.ts';
import { MemorySession } from '../testing/memory-session.ts';
import { ScriptedDoor } from '../testing/scripted-door.ts';
import { authConfigOf, encodeAuthConfig, encodedLogin, hostnameOf, keyOf } from './auth-config.ts';

describe('authConfigOf', () => {
  const auths = {
    'localhost:5000': { auth: btoa('ada:pass:word') },
    'https://old.test/v1/': { auth: btoa('bob:x') },
    broken: { auth: '%%%' },
    tokens: { identitytoken: 't' },
  };

  it('finds a login under its host, or an address of it', () => {
    expect(authConfigOf({ auths }, 'localhost:5000')).toEqual({
      username: 'ada',
      password: 'pass:word',
      serveraddress: 'localhost:5000',
    });
    expect(authConfigOf({ auths }, 'old.test')).toMatchObject({ username: 'bob', password: 'x' });
    expect(authConfigOf({ auths }, 'tokens')).toEqual({ serveraddress: 'tokens', identitytoken: 't' });
    expect(authConfigOf({ auths }, 'broken')).toEqual({ serveraddress: 'broken' });
    expect(authConfigOf({ auths }, 'nobody')).toEqual({});
    expect(authConfigOf({}, 'nobody')).toEqual({});
  });

  it('is sent in base64url', () => {
    expect(encodeAuthConfig({})).toBe('e30=');
    expect(encodeAuthConfig({ username: '???>>>' })).toBe('eyJ1c2VybmFtZSI6Ij8_Pz4-PiJ9');
    expect(encodedLogin({ username: 'ä', password: 'b' })).toBe('w6Q6Yg==');
  });

  it('knows hosts by their addresses', () => {
    expect(keyOf('docker.io')).toBe('https://index.docker.io/v1/');
    expect(['https://a.test:5000/v1/', 'a.test/x', 'a.test'].map(hostnameOf)).toEqual([
      'a.test:5000',
      'a.test',
      'a.test',
    ]);
  });
});

describe('docker login', () => {
  const routes = { 'POST /auth': { json: { Status: 'Login Succeeded', IdentityToken: '' } } };

  async function run(args: readonly string[], stdin = '') {
    const session = new MemorySession({ args, env: { HOME: '/root' }, stdin });
    const exitCode = await runDocker(session, new ScriptedDoor({ args, routes }));
    return { exitCode, stdout: session.stdout.text, stderr: session.stderr.text };
  }

  it('keeps what the registry took, and logout forgets it; other settings stay', async () => {
    const path = '/root/.docker/config.json';
    const before = '{"psFormat": "x"}';
    const typed = { env: { HOME: '/root' }, files: { [path]: before }, stdin: 'sesame\n' };
    const args = ['login', '-u', 'ada', '--password-stdin', 'http://localhost:5000/v2/'];
    const session = new MemorySession({ ...typed, args });
    const door = new ScriptedDoor({ args, routes });
    expect(await runDocker(session, door)).toBe(0);
    expect(door.requests).toEqual([
      { request: 'POST /auth', body: { username: 'ada', password: 'sesame', serveraddress: 'localhost:5000' } },
    ]);
    expect(session.stdout.text).toBe('Login Succeeded\n');
    expect(session.stderr.text).toContain(`WARNING! Your credentials are stored unencrypted in '${path}'.`);
    const after = session.contents.get(path) ?? '';
    expect(JSON.parse(after)).toEqual({ auths: { 'localhost:5000': { auth: btoa('ada:sesame') } }, psFormat: 'x' });
    const out = ['logout', 'localhost:5000'];
    const later = new MemorySession({ args: out, env: { HOME: '/root' }, files: { [path]: after } });
    expect(await runDocker(later, new ScriptedDoor({ args: out, routes }))).toBe(0);
    expect(later.stdout.text).toBe('Removing login credentials for localhost:5000\n');
    expect(JSON.parse(later.contents.get(path) ?? '')).toEqual({ auths: {}, psFormat: 'x' });
  });

  it.each([
    [['login', '--password-stdin', 'h'], 'the --password-stdin option requires --username to be set\n'],
    [
      ['login', '-u', 'a', '-p', 'b', '--password-stdin'],
      'conflicting options: cannot specify both --password and --password-stdin\n',
    ],
    [['login', '-u', '', 'h'], 'username is empty\n'],
    [['login', '-u', 'a', '-p', '', 'h'], 'password is empty\n'],
    [['login', '-u', 'a', 'h'], 'Error: Cannot perform an interactive login from a non TTY device\n'],
  ])('%j', async (args, stderr) => {
    expect(await run(args)).toEqual({ exitCode: 1, stdout: '', stderr });
  });
});
