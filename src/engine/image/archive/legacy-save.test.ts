// The configs that `docker save` writes for readers of old.
import { expect, it } from 'vitest';
import { digestOf } from '../../blob/sha256.ts';
import { legacyConfigFiles } from './legacy-save.ts';

const [BASE, TOP] = [`sha256:${'b'.repeat(64)}`, `sha256:${'c'.repeat(64)}`] as const;
const config = {
  architecture: '386',
  os: 'linux',
  created: '2026-01-02T03:04:05.600Z',
  author: 'Ada <a@b>',
  config: { Cmd: ['sh'], Labels: { b: '1', a: '2' }, Healthcheck: { Retries: 3, Test: ['NONE'] } },
  rootfs: { type: 'layers', diff_ids: [] },
};
const nobody = '"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false';
const run = (cmd: string, rest: string, labels: string) =>
  `{${nobody},"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":${cmd},${rest}"Image":"",` +
  `"Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":${labels}}`;

it('writes one for each layer, each naming the one below, the last one with the image itself', async () => {
  const files = await legacyConfigFiles(new TextEncoder().encode(JSON.stringify(config)), [BASE, TOP]);
  const texts = files.map(({ bytes }) => new TextDecoder().decode(bytes));
  const empty = run('null', '', 'null');
  const never = `"created":"1970-01-01T00:00:00Z"`;
  const below = `{"container_config":${empty},${never},"layer_id":"${BASE}"}`;
  const belowId = await digestOf(new TextEncoder().encode(below));
  const own = run('["sh"]', '"Healthcheck":{"Test":["NONE"],"Retries":3},', '{"a":"2","b":"1"}');
  expect(texts[0]).toBe(`{"id":"${belowId.slice(7)}",${never},"container_config":${empty},"os":"linux"}`);
  const [, id = ''] = /^\{"id":"([0-9a-f]{64})"/.exec(texts[1] ?? '') ?? [];
  expect(texts[1]).toBe(
    `{"id":"${id}","parent":"${belowId.slice(7)}","created":"2026-01-02T03:04:05.6Z","container_config":${empty},` +
      String.raw`"author":"Ada \u003ca@b\u003e",` +
      `"config":${own},"architecture":"386","os":"linux"}`,
  );
  for (const { digest, bytes } of files) expect(digest).toBe(await digestOf(bytes));
});
