// Keeps long work from holding up terminal and emulator, which run on the same thread: promises alone never let them in.

/** What a terminal does not show. */
let sliceMs = 8;
const ALONE_SLICE_MS = 50;

/** For a thread with neither: others' messages to it may wait longer, and each pause costs half a millisecond. */
export function haveThreadAlone(): void {
  sliceMs = ALONE_SLICE_MS;
}

export class TimeSlice {
  #until = performance.now() + sliceMs;

  /** Lets other tasks run when this one has had its share. */
  async yieldWhenSpent(): Promise<void> {
    if (performance.now() < this.#until) return;
    await nextTask();
    this.#until = performance.now() + sliceMs;
  }
}

/** A message to ourselves: browsers hold nested timers back for 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
