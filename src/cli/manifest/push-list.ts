// `docker manifest push`: images of other repositories are taken over by the list's own, then the list follows
// (docker/cli: cli/command/manifest/push.go).
import type { Digest } from '../../contracts/blob-store.ts';
import type { RegistryRepository } from '../../contracts/registries.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, errorText } from '../cli-error.ts';
import { parseJson } from '../format/go-json-error.ts';
import { indentJson } from '../format/json-indent.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { fullString, parseImageReference } from '../reference/image-reference.ts';
import type { ImageManifest } from './image-manifest.ts';
import { openRepository } from './image-manifest.ts';
import { requireSameRegistry, splitName } from './list-rules.ts';
import { listJson, listMediaType } from './manifest-output.ts';

/** @throws CliError in Docker's words; what was pushed until then stays */
export async function pushList(
  context: CliContext,
  target: ImageReference,
  manifests: readonly ImageManifest[],
  insecure: boolean,
): Promise<void> {
  for (const manifest of manifests) requireMember(target, manifest);
  const own = splitName(target).path;
  const foreign = manifests.filter(({ ref }) => splitName(parseImageReference(ref)).path !== own);
  const repository = await openRepository(context, target, insecure);
  for (const manifest of foreign) await mountBlobs(repository, target, manifest);
  for (const { digest, mediaType, bytes } of foreign) {
    const ref = `${target.name}@${digest}`;
    const pushed = await put(repository, ref, digest, mediaType, bytes);
    await context.out.line(`Pushed ref ${ref} with digest: ${pushed}`);
  }
  const list = new TextEncoder().encode(indentJson(listJson(manifests), '   '));
  const tag = target.tag ?? target.digest ?? '';
  await context.out.line(await put(repository, fullString(target), tag, listMediaType(manifests), list));
}

function requireMember(target: ImageReference, manifest: ImageManifest): void {
  const { ref, platform } = manifest;
  if (platform.architecture === '' || platform.os === '') {
    throw new CliError(`manifest ${ref} must have an OS and Architecture to be pushed to a registry`);
  }
  requireSameRegistry(target, manifest);
}

async function mountBlobs(repository: RegistryRepository, target: ImageReference, manifest: ImageManifest) {
  const from = splitName(parseImageReference(manifest.ref)).path;
  for (const digest of blobsOf(manifest)) {
    const what = `${from}@${digest} to ${fullString(target)}`;
    const isMounted = await repository.mount(digest, from).catch((error: unknown) => {
      throw new CliError(`failed to mount blob ${what}: ${errorText(error)}`);
    });
    // Layers of Windows may lie elsewhere.
    if (!isMounted && manifest.platform.os !== 'windows') throw new CliError(`error mounting ${what}`);
  }
}

/** Its config, then its layers. */
function blobsOf({ bytes }: ImageManifest): Digest[] {
  const { config, layers = [] } = parseJson(new TextDecoder().decode(bytes)) as {
    config?: { digest: Digest };
    layers?: readonly { digest: Digest }[];
  };
  return [...(config === undefined ? [] : [config]), ...layers].map(({ digest }) => digest);
}

async function put(
  repository: RegistryRepository,
  shown: string,
  reference: string,
  mediaType: string,
  bytes: Uint8Array,
): Promise<Digest> {
  try {
    return await repository.putManifest(reference, mediaType, bytes);
  } catch (error) {
    throw new CliError(`failed to put manifest ${shown}: ${errorText(error)}`);
  }
}
