/**
 * What must be undone, in the order it was made. `release()` runs it last-in first-out, runs all of it
 * even when parts fail, may be called twice and at once (all callers share one run), and throws an
 * AggregateError of what failed.
 */
export interface ReleaseStack {
  push(name: string, release: () => Promise<void> | void): void;
  release(): Promise<void>;
}

export function createReleaseStack(): ReleaseStack {
  const parts: { name: string; release: () => Promise<void> | void }[] = [];
  let running: Promise<void> | undefined;

  async function releaseAll(): Promise<void> {
    const failures: Error[] = [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await part.release();
      } catch (cause) {
        failures.push(new Error(`could not release ${part.name}`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly');
  }

  return {
    push: (name, release) => parts.push({ name, release }),
    release: () => {
      running ??= releaseAll();
      return running;
    },
  };
}
