/** Speed over the last seconds, and the time the rest takes at it. */
const WINDOW_MS = 12_000;
const FIRST_MS = 1500;

export interface Meter {
  /** Bytes sent in all so far. */
  note(bytes: number, at: number): void;
  /** Bytes a second; undefined until something can be said. */
  rate(at: number): number | undefined;
  reset(): void;
}

export function createMeter(): Meter {
  let points: { bytes: number; at: number }[] = [];
  return {
    note(bytes, at) {
      points.push({ bytes, at });
      // One point from before the window stays: it is where the window begins.
      while (points.length > 2 && (points[1]?.at ?? at) < at - WINDOW_MS) points.shift();
    },
    rate(at) {
      const [first] = points;
      const last = points.at(-1);
      if (first === undefined || last === undefined || at - first.at < FIRST_MS) return undefined;
      return (1000 * (last.bytes - first.bytes)) / (at - first.at);
    },
    reset() {
      points = [];
    },
  };
}

/** ms; undefined when it does not move. */
export function timeLeft(bytes: number, rate: number | undefined): number | undefined {
  return rate === undefined || rate <= 0 ? undefined : (1000 * bytes) / rate;
}
