// docker manifest push
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { ManifestStore, notStored } from '../../manifest/manifest-store.ts';
import { pushList } from '../../manifest/push-list.ts';
import { fullString } from '../../reference/image-reference.ts';

export const manifestPush = defineCommand({
  use: 'push [OPTIONS] MANIFEST_LIST',
  summary: 'Send a manifest list to its registry',
  experimental: true,
  arguments: exactly(1),
  flags: {
    insecure: boolFlag('Talk to a registry without TLS'),
    purge: boolFlag('Forget the list here afterwards', { short: 'p' }),
  },
  async run(context, { options, args }) {
    const [name = ''] = args;
    const list = parseManifestName(name);
    const store = new ManifestStore(context);
    const manifests = await store.list(list);
    if (manifests === undefined) throw notStored(list);
    if (manifests.length === 0) throw new CliError(`${fullString(list)} not found`);
    await pushList(context, list, manifests, options.insecure);
    if (options.purge) await store.remove(list);
  },
});
