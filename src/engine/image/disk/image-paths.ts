// Where the image store keeps what it knows: dockerd's layout of /var/lib/docker/image/overlay2 and overlay2.
// Source: moby image/fs.go, layer/filestore.go, daemon/graphdriver/overlay2/overlay.go.
import type { Digest } from '../../../contracts/blob-store.ts';

export class ImagePaths {
  readonly overlay2: string;
  readonly links: string;
  readonly repositories: string;
  readonly configs: string;
  readonly metadata: string;
  /** Configs of removed images on which containers still stand; dockerd has no such place. */
  readonly retired: string;
  readonly layers: string;
  /** Layers on their way in: renamed to `layers` when they are whole. */
  readonly newLayers: string;
  readonly distribution: string;

  constructor(dataRoot: string) {
    const base = `${dataRoot}/image/overlay2`;
    this.overlay2 = `${dataRoot}/overlay2`;
    this.links = `${this.overlay2}/l`;
    this.repositories = `${base}/repositories.json`;
    this.configs = `${base}/imagedb/content/sha256`;
    this.metadata = `${base}/imagedb/metadata/sha256`;
    this.retired = `${base}/imagedb/retired/sha256`;
    this.layers = `${base}/layerdb/sha256`;
    this.newLayers = `${base}/layerdb/tmp`;
    this.distribution = `${base}/distribution`;
  }

  /** Every directory that is there before the first image, with its mode. */
  directories(): readonly (readonly [path: string, mode: number])[] {
    return [
      [this.overlay2, 0o710],
      [this.links, 0o710],
      [this.configs, 0o700],
      [this.metadata, 0o700],
      [this.layers, 0o700],
      [this.newLayers, 0o700],
      [this.distribution, 0o700],
    ];
  }
}

export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LINK_LENGTH = 26;

/** The short name of a layer in overlay2/l: 26 letters, as Docker's, which draws them at random. */
export function linkOf(overlayId: string): string {
  const bits = [...overlayId.slice(0, 33)].map((digit) => parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  const letters = bits.match(/.{5}/g) ?? [];
  return letters
    .slice(0, LINK_LENGTH)
    .map((five) => BASE32[parseInt(five, 2)] ?? 'A')
    .join('');
}
