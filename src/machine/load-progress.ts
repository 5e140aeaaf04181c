// Adds up what is loaded for the page's progress bar.
import type { BootPhase, BootProgress } from '../contracts/machine.ts';
import type { GuestFile } from '../contracts/guest-json.ts';

export class LoadProgress {
  readonly #report: (progress: BootProgress) => void;
  readonly #loaded = new Map<string, number>();
  #totalBytes = 0;
  #phase: BootPhase = 'download';

  constructor(report: ((progress: BootProgress) => void) | undefined) {
    this.#report = report ?? ((): void => undefined);
  }

  /** The files that are going to be loaded. */
  expect(files: readonly GuestFile[]): void {
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#tell();
  }

  loaded(file: GuestFile, bytes: number): void {
    this.#loaded.set(file.file, bytes);
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
