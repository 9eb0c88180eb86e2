/** A value of the API that a view shows: asked for when the view appears or its key changes, again on demand. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  reload(): void;
  set(change: (before: T | undefined) => T | undefined): void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Loaded<T> {
  const [value, setValue] = useState<T | undefined>(undefined);
  const [error, setError] = useState<Error | undefined>(undefined);
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | undefined>(undefined);

  const reload = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    latest
      .current(controller.signal)
      .then((loaded) => {
        if (controller.signal.aborted) return;
        setValue(loaded);
        setError(undefined);
      })
      .catch((thrown: unknown) => {
        if (!controller.signal.aborted)
          setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      });
  }, []);

  useEffect(() => {
    setValue(undefined);
    setError(undefined);
    reload();
    return () => running.current?.abort();
  }, [key, reload]);

  return { value, error, reload, set: setValue };
}
