// Time as the engine sees it, so that tests of timeouts and restarts do not wait.

export interface Clock {
  /** Milliseconds since 1970, with a fraction; never the same twice, so that events and log lines keep their order. */
  nowMs(): number;
  /** Calls back once after `ms`. @returns a function that cancels it */
  after(ms: number, callback: () => void): () => void;
}

/** A larger step back than this is the system's clock being set, not two readings in one millisecond. */
const CLOCK_WAS_SET_MS = 1_000;
const TICK_MS = 0.001;

export function systemClock(): Clock {
  let last = 0;
  return {
    nowMs() {
      const now = Date.now();
      last = now > last || last - now > CLOCK_WAS_SET_MS ? now : last + TICK_MS;
      return last;
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
