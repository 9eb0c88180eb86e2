/**
 * Loads what will be shown soon, the soonest first, within a budget of bytes. Invariants: what is neither wanted nor
 * near is let go, and given up if it is still on its way; no more than `parallel` are loaded at once; once the budget is
 * used up nothing more is begun. What fails is forgotten: whoever shows it asks by itself and sees why.
 */
export interface Ahead<T> {
  /** There or on its way; undefined = nobody loads it ahead. */
  get(id: number): Promise<T> | undefined;
  /** `load`: the soonest first. `keep`: what is shown now and what was just shown; it is kept but not loaded. */
  want(ids: { load: readonly number[]; keep: readonly number[] }): void;
  /** For tests and for the curious: of what is there. */
  bytes(): number;
  close(): void;
}

export interface AheadOptions<T> {
  load(id: number, signal: AbortSignal): Promise<T>;
  sizeOf(value: T): number;
  budget: number;
  parallel?: number;
}

interface Entry<T> {
  promise: Promise<T>;
  controller: AbortController;
  /** Undefined while it is on its way. */
  bytes: number | undefined;
}

const PARALLEL = 2;

export function createAhead<T>(options: AheadOptions<T>): Ahead<T> {
  const { budget, parallel = PARALLEL } = options;
  const entries = new Map<number, Entry<T>>();
  let wanted: readonly number[] = [];

  const bytes = (): number => [...entries.values()].reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const loading = (): number => [...entries.values()].filter((one) => one.bytes === undefined).length;

  function drop(id: number): void {
    entries.get(id)?.controller.abort();
    entries.delete(id);
  }

  function begin(id: number): void {
    const controller = new AbortController();
    const promise = options.load(id, controller.signal);
    const entry: Entry<T> = { promise, controller, bytes: undefined };
    entries.set(id, entry);
    promise.then(
      (value) => {
        entry.bytes = options.sizeOf(value);
        pump();
      },
      () => {
        // Not tried again here: it stays out until it is wanted anew.
        if (entries.get(id) === entry) entries.delete(id);
        wanted = wanted.filter((one) => one !== id);
        pump();
      },
    );
  }

  function pump(): void {
    for (const id of wanted) {
      if (loading() >= parallel || bytes() >= budget) return;
      if (!entries.has(id)) begin(id);
    }
  }

  return {
    get: (id) => entries.get(id)?.promise,
    want({ load, keep }) {
      wanted = load;
      for (const id of [...entries.keys()]) if (!load.includes(id) && !keep.includes(id)) drop(id);
      pump();
    },
    bytes,
    close() {
      wanted = [];
      for (const id of [...entries.keys()]) drop(id);
    },
  };
}
