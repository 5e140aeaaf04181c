// docker manifest inspect
import { between } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import type { ImageManifest } from '../../manifest/image-manifest.ts';
import { fetchManifest } from '../../manifest/image-manifest.ts';
import { requireSameRegistry } from '../../manifest/list-rules.ts';
import { manifestOutput } from '../../manifest/manifest-output.ts';
import { parseManifestName } from '../../manifest/manifest-name.ts';
import { ManifestStore, notStored } from '../../manifest/manifest-store.ts';
import type { ImageReference } from '../../reference/image-reference.ts';

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
    const store = new ManifestStore(context);
    if (second !== undefined) {
      const manifest = await store.get(parseManifestName(first), reference);
      if (manifest === undefined) throw notStored(reference);
      return context.out.write(manifestOutput({ kind: 'image', manifest }, options.verbose, true));
    }
    const manifests = await keptList(store, reference);
    if (manifests !== undefined && !options.verbose) requireOneRegistry(reference, manifests);
    const inspected =
      manifests === undefined
        ? await fetchManifest(context, reference, options.insecure)
        : { kind: 'list' as const, manifests };
    return context.out.write(manifestOutput(inspected, options.verbose));
  },
});

/** A list that cannot be read is none: the registry may have one. */
async function keptList(store: ManifestStore, reference: ImageReference) {
  return store.list(reference).catch(() => undefined);
}

function requireOneRegistry(list: ImageReference, manifests: readonly ImageManifest[]): void {
  try {
    for (const manifest of manifests) requireSameRegistry(list, manifest);
  } catch (error) {
    throw new CliError(`failed to assemble ManifestDescriptor: ${errorText(error)}`);
  }
}
