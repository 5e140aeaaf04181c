// The inside of the emulator, which the product keeps to itself: what a profile reads the guest by.
import { V86 } from 'v86';
import type { Processor } from './guest-kernel.ts';

export interface Core {
  readonly cpu: Processor;
  yield(delayMs: number, turn: number): void;
}

/** The next emulator's core: what the product keeps to itself (src/machine/v86/emulator.ts) is caught as it is made. */
export function watchForCore(): Promise<Core> {
  const { add_listener: listen } = V86.prototype;
  return new Promise((resolve) => {
    const watch = function (this: V86, event: 'emulator-loaded', listener: () => void): void {
      listen.call(this, event, listener);
      if (event !== 'emulator-loaded') return;
      listen.call(this, event, () => resolve((this as unknown as { readonly v86: Core }).v86));
    };
    V86.prototype.add_listener = watch as typeof listen;
  });
}
