/** What the page reads of an item's own file: fetched, read, given up when another item is shown. */
import { useRef, useState } from 'preact/hooks';
import { useLoaded } from '../loaded.ts';

export interface FileState<T> {
  value: T | undefined;
  /** Whether `value` is of the item asked for. */
  isThere: boolean;
  /** 0..1 of the bytes. */
  share: number;
  error: Error | undefined;
}

export function useFile<T>(
  item: { id: number; link: string | null } | undefined,
  options: {
    /** Until what is read of the next item is there. Both take their memory meanwhile. */
    isKept: boolean;
    /** `onProgress` is given 0..1 of the bytes. */
    load(id: number, onProgress: (share: number) => void, signal: AbortSignal): Promise<T>;
  },
): FileState<T> {
  const { isKept, load } = options;
  const [share, setShare] = useState(0);
  const kept = useRef<T | undefined>(undefined);
  const id = item === undefined || item.link !== null ? 0 : item.id;
  const loaded = useLoaded(async (signal) => {
    if (id === 0) return undefined;
    setShare(0);
    return load(id, setShare, signal);
  }, `file ${id}`);
  if (loaded.value !== undefined) kept.current = loaded.value;
  else if (loaded.error !== undefined || !isKept) kept.current = undefined;
  return { value: kept.current, isThere: loaded.value !== undefined, share, error: loaded.error };
}
