// Pulls that daemon.json sends to other places: mirrors of docker.io, registries without TLS.
import { describe, expect, it } from 'vitest';
import { FILES, setUp, statuses } from '../../../test/support/pull-set-up.ts';

const MIRRORS = { registryMirrors: ['https://one.test/', 'http://two.test:5000/below/'] };

/** A registry that keeps whom it was asked as, and answers `refused` hosts with an error. */
async function elsewhere(options: Parameters<typeof setUp>[0], refuse: (url: URL) => Response | undefined) {
  const set = setUp(options);
  const pushed = await set.registry.push({ name: 'library/busybox', layers: FILES });
  await set.registry.push({ name: 'team/app', layers: FILES });
  const asked: string[] = [];
  set.registry.intercept = (_, { url }) => {
    const { origin } = new URL(url);
    if (asked.at(-1) !== origin) asked.push(origin);
    return refuse(new URL(url));
  };
  return { ...set, pushed, asked };
}

function unreachable(): never {
  throw new TypeError('fetch failed');
}

describe('registry-mirrors', () => {
  it('are asked before docker.io, and their images have its names', async () => {
    const { pull, asked, pushed, store } = await elsewhere(MIRRORS, () => undefined);
    expect(statuses(await pull('busybox:latest')).at(-1)).toBe('Status: Downloaded newer image for busybox:latest');
    expect(asked).toEqual(['https://one.test']);
    expect(store.get('busybox').repoDigests).toEqual([`busybox@${pushed.digest}`]);
  });

  it('are asked one after another, then docker.io; why is logged', async () => {
    const { pull, asked, log } = await elsewhere(MIRRORS, ({ hostname }) => {
      if (hostname === 'one.test') unreachable();
      return hostname === 'two.test' ? new Response('no', { status: 404 }) : undefined;
    });
    await pull('busybox:latest');
    expect(asked).toEqual(['https://one.test', 'http://two.test:5000', 'https://page.test']);
    expect(log).toHaveLength(2);
    expect(log[0]).toMatch(/^Attempting next endpoint for pull after error: .*https:\/\/one\.test\/v2\//);
    expect(log[1]).toContain('pull access denied for busybox');
  });

  it('leave the last word to docker.io', async () => {
    const { pull, expectNothing } = await elsewhere(MIRRORS, () => undefined);
    await expect(pull('nothing:latest')).rejects.toThrow('pull access denied for nothing');
    await expectNothing();
  });

  it('have nothing to say about other registries', async () => {
    const { pull, asked } = await elsewhere(MIRRORS, () => undefined);
    await pull('reg.test/team/app:latest');
    expect(asked).toEqual(['https://reg.test']);
  });

  it('are not asked when the pull is given up', async () => {
    const giveUp = new AbortController();
    const { pull, asked } = await elsewhere(MIRRORS, () => {
      giveUp.abort();
      return unreachable();
    });
    await expect(pull('busybox:latest', giveUp.signal)).rejects.toThrow('context canceled');
    expect(asked).toEqual(['https://one.test']);
  });
});

describe('insecure-registries', () => {
  const TRUSTED = { insecureRegistries: ['reg.test:5000'] };
  const onlyPlain = ({ protocol }: URL): undefined => (protocol === 'https:' ? unreachable() : undefined);

  it('are asked with TLS first', async () => {
    const { pull, asked } = await elsewhere(TRUSTED, () => undefined);
    await pull('reg.test:5000/team/app:latest');
    expect(asked).toEqual(['https://reg.test:5000']);
  });

  it('are asked without TLS where nobody answers', async () => {
    const { pull, asked, store } = await elsewhere(TRUSTED, onlyPlain);
    await pull('reg.test:5000/team/app:latest');
    expect(asked).toEqual(['https://reg.test:5000', 'http://reg.test:5000']);
    expect(store.get('reg.test:5000/team/app').repoTags).toEqual(['reg.test:5000/team/app:latest']);
  });

  it('are never asked without TLS once they answered with it', async () => {
    const { pull, asked } = await elsewhere(TRUSTED, ({ pathname }) =>
      pathname.includes('/manifests/') ? undefined : unreachable(),
    );
    await expect(pull('reg.test:5000/team/app:latest')).rejects.toThrow('Cannot reach registry reg.test:5000');
    expect(asked).toEqual(['https://reg.test:5000']);
  });

  it('are given up where nobody answers either way', async () => {
    const { pull, asked } = await elsewhere(TRUSTED, unreachable);
    await expect(pull('reg.test:5000/team/app')).rejects.toThrow('Cannot reach registry reg.test:5000');
    expect(asked).toEqual(['https://reg.test:5000', 'http://reg.test:5000']);
  });

  it('are the only ones', async () => {
    const { pull, asked } = await elsewhere(TRUSTED, onlyPlain);
    await expect(pull('reg.test/team/app:latest')).rejects.toThrow('Cannot reach registry reg.test');
    expect(asked).toEqual(['https://reg.test']);
  });
});
