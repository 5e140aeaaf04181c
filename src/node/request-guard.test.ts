import { describe, expect, it } from 'vitest';
import { parseListen, refusal } from './request-guard.ts';

const loopback = parseListen('tcp://127.0.0.1:2375');

describe('refusal', () => {
  it.each(['127.0.0.1:2375', 'localhost:2375', '[::1]:2375', 'localhost', '127.1.2.3:1'])('lets %s pass', (host) => {
    expect(refusal(new Headers({ host }), loopback)).toBeUndefined();
  });

  it.each(['evil.example:2375', 'localhost.evil.example', '10.0.0.1:2375', '', '127.evil.example', 'a b'])(
    'refuses the host "%s"',
    (host) => {
      expect(refusal(new Headers({ host }), loopback)).toContain(`"${host}"`);
    },
  );

  it('refuses every web page, also over a unix socket and its own origin', () => {
    const headers = new Headers({ host: '127.0.0.1:2375', origin: 'http://127.0.0.1:2375' });
    expect(refusal(headers, loopback)).toContain('http://127.0.0.1:2375');
    expect(refusal(headers, parseListen('unix:///tmp/d.sock'))).toContain('web page');
  });

  it('takes any host over a unix socket, as docker sends a made-up one', () => {
    expect(refusal(new Headers({ host: 'api.moby.localhost' }), parseListen('unix:///tmp/d.sock'))).toBeUndefined();
  });

  it('takes addresses, but no foreign name, on a public address', () => {
    const everywhere = parseListen('tcp://0.0.0.0:2375');
    expect(refusal(new Headers({ host: '192.0.2.7:2375' }), everywhere)).toBeUndefined();
    expect(refusal(new Headers({ host: 'evil.example:2375' }), everywhere)).toContain('evil.example');
  });
});

describe('parseListen', () => {
  it('reads both kinds', () => {
    expect(parseListen('unix:///run/d.sock')).toEqual({ kind: 'unix', path: '/run/d.sock' });
    expect(parseListen('tcp://[::1]:2375')).toEqual({ kind: 'tcp', host: '::1', port: 2375 });
  });

  it.each(['', 'unix://', 'tcp://x', 'tcp://x:99999', '127.0.0.1:2375', 'http://x:1'])('refuses "%s"', (value) => {
    expect(() => parseListen(value)).toThrow(`"${value}"`);
  });
});
