// What `docker manifest inspect` prints, byte for byte as Go's encoder writes it (docker/cli: cli/command/manifest/inspect.go).
import { htmlSafeJson } from '../../shared/go-json.ts';
import { indentJson } from '../format/json-indent.ts';
import type { ImageManifest, Inspected } from './image-manifest.ts';
import { TYPES } from './image-manifest.ts';

/** @param isKept on the client's disk, which has it as Go's encoder writes it */
export function manifestOutput(inspected: Inspected, verbose: boolean, isKept = false): string {
  if (inspected.kind === 'image') {
    const { manifest } = inspected;
    if (verbose) return `${indentJson(detailsJson(manifest), '\t')}\n`;
    return `${isKept ? indentJson(htmlSafeJson(textOf(manifest.bytes)), '\t') : plain(manifest)}\n`;
  }
  const { manifests } = inspected;
  if (verbose) return `${indentJson(`[${manifests.map(detailsJson).join(',')}]`, '\t')}\n`;
  return `${indentJson(listJson(manifests), '   ')}\n`;
}

/** As it is in the registry, but for its white space; what follows its end stays. */
function plain({ bytes }: ImageManifest): string {
  const text = textOf(bytes);
  return indentJson(text, '\t') + (/[ \t\r\n]*$/.exec(text)?.[0] ?? '');
}

/** The first image says which maker's list it is. */
export function listMediaType(manifests: readonly ImageManifest[]): string {
  return manifests[0]?.mediaType === TYPES.ociManifest ? TYPES.ociIndex : TYPES.dockerList;
}

/** A manifest list, made anew of what was found in one. */
export function listJson(manifests: readonly ImageManifest[]): string {
  return htmlSafeJson(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: listMediaType(manifests),
      manifests: manifests.map(({ mediaType, bytes, digest, platform }) => ({
        mediaType,
        size: bytes.length,
        digest,
        platform,
      })),
    }),
  );
}

/** `docker manifest inspect -v`; and how a manifest of a list is kept on the client's disk. */
export function detailsJson({ ref, mediaType, digest, bytes, platform }: ImageManifest): string {
  const fields = {
    Ref: ref,
    Descriptor: { mediaType, digest, size: bytes.length, platform },
    Raw: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
  };
  const field = mediaType === TYPES.ociManifest ? 'OCIManifest' : 'SchemaV2Manifest';
  return htmlSafeJson(`${JSON.stringify(fields).slice(0, -1)},"${field}":${indentJson(textOf(bytes), '')}}`);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
