// docker manifest annotate
import { exactly } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { stringsFlag } from '../../flags/list-flags.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import type { Platform } from '../../manifest/image-manifest.ts';
import { isKnownPlatform } from '../../manifest/list-rules.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { ManifestStore } from '../../manifest/manifest-store.ts';
import type { ImageReference } from '../../reference/image-reference.ts';

export const manifestAnnotate = defineCommand({
  use: 'annotate [OPTIONS] MANIFEST_LIST MANIFEST',
  summary: 'Say more about an image of a manifest list',
  experimental: true,
  arguments: exactly(2),
  flags: {
    arch: stringFlag('Its architecture'),
    os: stringFlag('Its operating system'),
    'os-features': stringsFlag('What it needs of its operating system'),
    'os-version': stringFlag('The version of its operating system'),
    variant: stringFlag('The variant of its architecture'),
  },
  async run(context, { options, args }) {
    const [listName = '', imageName = ''] = args;
    const list = parsed(listName, 'manifest list');
    const image = parsed(imageName, 'manifest');
    const store = new ManifestStore(context);
    const manifest = await store.get(list, image);
    if (manifest === undefined) throw new CliError(`manifest for image ${imageName} does not exist in ${listName}`);
    const before = manifest.platform;
    const version = options['os-version'] || before['os.version'];
    const variant = options.variant || before.variant;
    const features = [...new Set([...(before['os.features'] ?? []), ...options['os-features']])];
    // The order is that of the file.
    const platform: Platform = {
      architecture: options.arch || before.architecture,
      os: options.os || before.os,
      ...(version !== undefined && { 'os.version': version }),
      ...(features.length > 0 && { 'os.features': features }),
      ...(variant !== undefined && { variant }),
    };
    if (!isKnownPlatform(platform)) {
      const asked = `${options.os}/${options.arch}`;
      throw new CliError(`manifest entry for image has unsupported os/arch combination: ${asked}`);
    }
    await store.save(list, image, { ...manifest, platform });
  },
});

function parsed(name: string, what: string): ImageReference {
  try {
    return parseManifestName(name);
  } catch (error) {
    throw new CliError(`annotate: error parsing name for ${what} ${name}: ${errorText(error)}`);
  }
}
