// The shape of public/guest/guest.json: everything a machine needs to know to boot or restore the guest.

/** A file beside guest.json. */
export interface GuestFile {
  readonly file: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * The root image, whole and in pieces. A static host may not answer range requests, so a page fetches pieces: byte
 * `offset` of the image is in `chunks[floor(offset / chunkBytes)]`, a gzip file (served as it is, not as an encoding).
 */
export interface GuestRoot extends GuestFile {
  /** Uncompressed size of every chunk but the last. */
  readonly chunkBytes: number;
  /** File names, in order. */
  readonly chunks: readonly string[];
}

/** Made by the snapshot step; without it a machine boots. */
export interface GuestSnapshot extends GuestFile {
  /** Size after decompression. */
  readonly stateBytes: number;
}

export interface GuestJson {
  readonly version: 1;
  readonly kernelRelease: string;
  readonly kernel: GuestFile;
  readonly initramfs: GuestFile;
  readonly bios: GuestFile;
  readonly vgaBios: GuestFile;
  readonly root: GuestRoot;
  readonly commandLine: string;
  readonly memoryMegabytes: number;
  /** v86's option of that name: it also means the local APIC, whose timer lets an idle guest sleep. */
  readonly acpi: boolean;
  readonly snapshot?: GuestSnapshot;
}
