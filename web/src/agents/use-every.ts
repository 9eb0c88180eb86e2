import { useEffect } from 'preact/hooks';

/** Does it again and again while the page is looked at; undefined = not now. */
export function useEvery(ms: number | undefined, work: () => void): void {
  useEffect(() => {
    if (ms === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) work();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, work]);
}
