/** From what a person dropped, pasted or picked to files with paths. */
import { isJunk } from './selection.ts';

export interface Picked {
  /** Relative, parts joined by `/`. */
  path: string;
  file: File;
}

/** Of `<input type=file>`, with or without `webkitdirectory`. */
export function pickedOfInput(list: FileList | null): Picked[] {
  return [...(list ?? [])].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));
}

/**
 * Of a drop or a paste. The browser forgets what was dropped when the event is over, so entries and handles are taken
 * at once and read later.
 */
export function takeTransfer(transfer: DataTransfer): {
  read(signal: AbortSignal): Promise<Picked[]>;
  handles: Promise<FileSystemHandle[]>;
} {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.flatMap((item) => item.webkitGetAsEntry() ?? []);
  const loose = entries.length === items.length ? [] : [...transfer.files];
  const handles = Promise.all(
    items.map((item) => (item as WithHandle).getAsFileSystemHandle?.() ?? Promise.resolve(null)),
  ).then((all) => all.filter((one) => one !== null));
  return {
    async read(signal) {
      const picked: Picked[] = loose.map((file) => ({ path: file.name, file }));
      for (const entry of entries) await walkEntry(entry, picked, signal);
      return picked;
    },
    handles: handles.catch(() => []),
  };
}

interface WithHandle {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

async function walkEntry(entry: FileSystemEntry, picked: Picked[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const path = entry.fullPath.replace(/^\//, '');
  if (isJunk(path)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    picked.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is given a hundred entries at a time, until none come.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walkEntry(one, picked, signal);
  }
}

/** Of kept handles, after a person allowed it again. */
export async function pickedOfHandles(handles: readonly FileSystemHandle[]): Promise<Picked[]> {
  const picked: Picked[] = [];
  const walk = async (handle: FileSystemHandle, above: string): Promise<void> => {
    const path = above === '' ? handle.name : `${above}/${handle.name}`;
    if (isJunk(path)) return;
    if (handle.kind === 'file') {
      picked.push({ path, file: await (handle as FileSystemFileHandle).getFile() });
      return;
    }
    for await (const child of (handle as FileSystemDirectoryHandle).values()) await walk(child, path);
  };
  for (const handle of handles) await walk(handle, '');
  return picked;
}
