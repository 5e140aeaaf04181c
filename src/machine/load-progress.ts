// Adds up what is loaded for the page's progress bar.
import type { BootPhase, BootProgress } from '../contracts/machine.ts';
import type { GuestManifest } from './guest-manifest.ts';

export class LoadProgress {
  readonly #sizes: Readonly<Record<string, number>>;
  readonly #report: (progress: BootProgress) => void;
  readonly #loaded = new Map<string, number>();
  #totalBytes = 0;
  #phase: BootPhase = 'download';

  constructor(manifest: GuestManifest, report: ((progress: BootProgress) => void) | undefined) {
    this.#sizes = manifest.files ?? {};
    this.#report = report ?? ((): void => undefined);
  }

  /** The files that are going to be loaded. */
  expect(names: readonly string[]): void {
    this.#totalBytes = names.reduce((sum, name) => sum + (this.#sizes[name] ?? 0), 0);
    this.#tell();
  }

  loaded(name: string, bytes: number): void {
    this.#loaded.set(name, bytes);
    this.#tell();
  }

  phase(phase: BootPhase): void {
    this.#phase = phase;
    this.#tell();
  }

  #tell(): void {
    const loadedBytes = [...this.#loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#report({ phase: this.#phase, loadedBytes, totalBytes: Math.max(this.#totalBytes, loadedBytes) });
  }
}
