/**
 * Handles of what was dropped, kept by the browser over a reload where it can (Chromium), so that an upload goes on
 * after one click. Only a convenience: everything works without them, by dropping the same files again.
 */
const STORE = 'handles';

export async function keepHandles(uploadId: number, handles: readonly FileSystemHandle[]): Promise<void> {
  if (handles.length > 0) await quietly((store) => store.put([...handles], uploadId));
}

export async function forgetHandles(uploadId: number): Promise<void> {
  await quietly((store) => store.delete(uploadId));
}

/** Asks the person for leave, so it must be called by a click. Undefined when there is nothing or leave was not given. */
export async function keptHandles(uploadId: number): Promise<FileSystemHandle[] | undefined> {
  const handles = (await quietly((store) => store.get(uploadId))) as WithPermission[] | undefined;
  if (handles === undefined) return undefined;
  for (const handle of handles)
    if ((await handle.requestPermission?.({ mode: 'read' })) !== 'granted') return undefined;
  return handles;
}

export async function haveHandles(): Promise<ReadonlySet<number>> {
  return new Set(((await quietly((store) => store.getAllKeys())) as number[] | undefined) ?? []);
}

interface WithPermission extends FileSystemHandle {
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}

/** Undefined where the browser keeps nothing (a private window) or cannot keep this. */
async function quietly(ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  try {
    const db = await answer(openStore());
    try {
      return await answer(ask(db.transaction(STORE, 'readwrite').objectStore(STORE)));
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

function openStore(): IDBOpenDBRequest {
  const request = indexedDB.open('sly-agent-uploads', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return request;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
