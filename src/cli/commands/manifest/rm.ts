// docker manifest rm
import { atLeast } from '../../argument-rule.ts';
import { throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { ManifestStore, notStored } from '../../manifest/manifest-store.ts';

export const manifestRm = defineCommand({
  use: 'rm MANIFEST_LIST [MANIFEST_LIST...]',
  summary: 'Forget manifest lists that are kept on this machine',
  experimental: true,
  arguments: atLeast(1),
  flags: {},
  async run(context, { args }) {
    const store = new ManifestStore(context);
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        const list = parseManifestName(name);
        if ((await store.list(list)) === undefined) throw notStored(list);
        await store.remove(list);
      } catch (error) {
        errors.push(error);
      }
    }
    throwJoined(errors);
  },
});
