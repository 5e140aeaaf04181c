// docker manifest inspect
import { between } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { fetchManifest } from '../../manifest/image-manifest.ts';
import { manifestOutput } from '../../manifest/manifest-output.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { storedManifest } from '../../manifest/manifest-store.ts';

export const manifestInspect = defineCommand({
  use: 'inspect [OPTIONS] [MANIFEST_LIST] MANIFEST',
  summary: 'Show the manifest of an image, or a manifest list',
  experimental: true,
  arguments: between(1, 2),
  flags: {
    insecure: boolFlag('Talk to a registry without TLS'),
    verbose: boolFlag('With platforms and layers', { short: 'v' }),
  },
  async run(context, { options, args }) {
    const [first = '', second] = args;
    const reference = parseManifestName(second ?? first);
    const inspected =
      second === undefined
        ? await fetchManifest(context, reference, options.insecure)
        : { kind: 'image' as const, manifest: await storedManifest(context, parseManifestName(first), reference) };
    await context.out.write(manifestOutput(inspected, options.verbose));
  },
});
