// Images as dockerode handles them: pull with its progress, inspect, tag, history, remove.
import { expect, it } from 'vitest';
import { pull, useDockerode } from '../support/dockerode.ts';

const client = useDockerode();

it('are pulled with progress, and known by tag and id', async () => {
  await client.docker.getImage('busybox').remove();
  const messages = await pull(client.docker, 'busybox:latest');
  expect(messages[0]).toMatchObject({ status: 'Pulling from library/busybox', id: 'latest' });
  expect(messages.at(-1)).toMatchObject({ status: 'Status: Downloaded newer image for busybox:latest' });
  expect(messages.some(({ status }) => status === 'Pull complete')).toBe(true);
  const image = await client.docker.getImage('busybox').inspect();
  expect(image).toMatchObject({
    Id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    RepoTags: ['busybox:latest'],
    Architecture: '386',
    Os: 'linux',
  });
  expect(image.RootFS.Layers?.length).toBeGreaterThan(0);
  expect((await client.docker.getImage(image.Id).inspect()).Id).toBe(image.Id);
  const again = await pull(client.docker, 'busybox:latest');
  expect(again.at(-1)).toMatchObject({ status: 'Status: Image is up to date for busybox:latest' });
});

it('are listed, tagged, untagged and kept while a container needs them', async () => {
  const image = client.docker.getImage('busybox');
  const { Id } = await image.inspect();
  await image.tag({ repo: 'mine', tag: '1' });
  const tags = (await client.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []).sort();
  expect(tags).toEqual(['busybox:latest', 'mine:1']);
  const [filtered] = await client.docker.listImages({ filters: { reference: ['mine'] } });
  expect(filtered?.Id).toBe(Id);
  expect(await client.docker.getImage('mine:1').remove()).toEqual([{ Untagged: 'mine:1' }]);
  const container = await client.run(['sleep', '1000']);
  await expect(image.remove()).rejects.toMatchObject({
    statusCode: 409,
    json: { message: expect.stringContaining(container.id.slice(0, 12)) as string },
  });
});

it('have a history', async () => {
  const layers = (await client.docker.getImage('busybox').history()) as Record<string, unknown>[];
  expect(layers[0]).toMatchObject({ Tags: ['busybox:latest'] });
});

it('that are not there are refused', async () => {
  await expect(client.docker.getImage('nobody').inspect()).rejects.toMatchObject({
    statusCode: 404,
    json: { message: 'No such image: nobody:latest' },
  });
  await expect(pull(client.docker, 'no-such-image:latest')).rejects.toMatchObject({
    statusCode: 404,
    // dockerode keeps the body of a stream's refusal in its message only.
    message: expect.stringContaining('pull access denied for no-such-image') as string,
  });
});
