/** What is told one by one, taken in pages: the teller waits while a page is with the taker. */

export interface PageBounds {
  count: number;
  /** Sum of the sizes told with the elements. */
  bytes: number;
}

/**
 * `tell` is run once and calls `add` for each element; what `add` returns has to be waited for. Its failure comes
 * out behind the elements before it. Taking no more ends it: `add` throws, and the signal it got is aborted.
 */
export async function* inPages<T>(
  bounds: PageBounds,
  tell: (add: (element: T, bytes: number) => void | Promise<void>, signal: AbortSignal) => Promise<unknown>,
): AsyncGenerator<T[]> {
  const stop = new AbortController();
  let page: T[] = [];
  let size = 0;
  let over: { error?: unknown } | undefined;
  let goOn = (): void => undefined;
  let show = (): void => undefined;
  let shown = new Promise<void>((resolve) => {
    show = resolve;
  });

  function add(element: T, bytes: number): void | Promise<void> {
    stop.signal.throwIfAborted();
    page.push(element);
    size += bytes;
    if (page.length < bounds.count && size < bounds.bytes) return undefined;
    return new Promise((resolve) => {
      goOn = resolve;
      show();
    });
  }

  const told = tell(add, stop.signal).then(
    () => {
      over = {};
      show();
    },
    (error: unknown) => {
      over = { error };
      show();
    },
  );
  try {
    for (;;) {
      await shown;
      const full = page;
      page = [];
      size = 0;
      shown = new Promise<void>((resolve) => {
        show = resolve;
      });
      const ended = over;
      if (full.length > 0) yield full;
      if (ended !== undefined) {
        if ('error' in ended) throw ended.error;
        return;
      }
      goOn();
    }
  } finally {
    stop.abort(new Error('nobody takes more'));
    goOn();
    await told;
  }
}
