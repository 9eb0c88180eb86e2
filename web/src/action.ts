/** Something a button does: one at a time, with what went wrong. */
import { useCallback, useState } from 'preact/hooks';

export interface Action {
  busy: boolean;
  error: Error | undefined;
  /** Resolves to whether it went well; while one runs, another is not begun. */
  run(work: () => Promise<unknown>): Promise<boolean>;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | undefined>(undefined);
  const run = useCallback(
    async (work: () => Promise<unknown>) => {
      if (busy) return false;
      setBusy(true);
      setError(undefined);
      try {
        await work();
        return true;
      } catch (thrown) {
        setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
        return false;
      } finally {
        setBusy(false);
      }
    },
    [busy],
  );
  return { busy, error, run };
}
