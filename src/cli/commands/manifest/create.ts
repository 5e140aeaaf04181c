// docker manifest create
import { atLeast } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { fetchImageManifest } from '../../manifest/image-manifest.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { ManifestStore } from '../../manifest/manifest-store.ts';
import { fullString } from '../../reference/image-reference.ts';
import type { ImageReference } from '../../reference/image-reference.ts';

export const manifestCreate = defineCommand({
  use: 'create MANIFEST_LIST MANIFEST [MANIFEST...]',
  summary: 'Start a manifest list on this machine, to annotate and push it',
  experimental: true,
  arguments: atLeast(2),
  flags: {
    amend: boolFlag('Add to a list that exists', { short: 'a' }),
    insecure: boolFlag('Talk to a registry without TLS'),
  },
  async run(context, { options, args }) {
    const [listName = '', ...names] = args;
    const list = parsedList(listName);
    const store = new ManifestStore(context);
    if ((await store.list(list)) !== undefined && !options.amend) {
      throw new CliError('refusing to amend an existing manifest list with no --amend flag');
    }
    for (const name of names) {
      const image = parseManifestName(name);
      const kept = await store.get(list, image);
      const isWhole = kept !== undefined && kept.bytes.length > 0;
      await store.save(list, image, isWhole ? kept : await fetchImageManifest(context, image, options.insecure));
    }
    await context.out.line(`Created manifest list ${fullString(list)}`);
  },
});

function parsedList(name: string): ImageReference {
  try {
    return parseManifestName(name);
  } catch (error) {
    throw new CliError(`error parsing name for manifest list ${name}: ${errorText(error)}`);
  }
}
