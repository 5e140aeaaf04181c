// Keeps long work from holding up terminal and emulator, which run on the same thread: promises alone never let them in.

const SLICE_MS = 8;

export class TimeSlice {
  #until = performance.now() + SLICE_MS;

  /** Lets other tasks run when this one has had its share. */
  async yieldWhenSpent(): Promise<void> {
    if (performance.now() < this.#until) return;
    await nextTask();
    this.#until = performance.now() + SLICE_MS;
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
