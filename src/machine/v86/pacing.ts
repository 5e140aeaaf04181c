// When the emulated processor runs next. v86's own choice costs a nested worker in the browser, and in Node it spins for
// the last millisecond before each timer of the guest: 10 % of a core at idle. Here a halted processor really sleeps.

/** The corner of v86's core that decides when it runs. */
export interface PacedCore {
  /** Called after each turn: run again after `delayMs`; 0 when the guest is busy. */
  yield(delayMs: number, turn: number): void;
  /** Runs the turn, unless a newer one was asked for. */
  yield_callback(turn: number): void;
  /** Asks for a turn. */
  next_tick(delayMs: number): void;
  /** Ends what `yield` used before. */
  unregister_yield(): void;
}

interface Immediate {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/** @returns ends the timers, after which the core does not run any more */
export function pace(core: PacedCore): () => void {
  core.unregister_yield();
  const soon = turnSoon();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  core.yield = (delayMs, turn) => {
    clearTimeout(timer);
    if (stopped) return;
    if (delayMs <= 0) soon.run(() => core.yield_callback(turn));
    // A timer that fires early finds nothing to do and is set again: round up.
    else timer = setTimeout(() => core.yield_callback(turn), Math.ceil(delayMs));
  };
  return () => {
    stopped = true;
    clearTimeout(timer);
    soon.close();
  };
}

interface Soon {
  run(callback: () => void): void;
  close(): void;
}

// A task of its own, after the ones that wait already: timers would be clamped to 4 ms in a worker.
function turnSoon(): Soon {
  const { setImmediate } = globalThis as Immediate;
  if (setImmediate !== undefined) return { run: (callback) => void setImmediate(callback), close: () => undefined };
  const { port1, port2 } = new MessageChannel();
  let next: () => void = () => undefined;
  port1.onmessage = () => next();
  return {
    run: (callback) => {
      next = callback;
      port2.postMessage(0);
    },
    close: () => port1.close(),
  };
}
