/** The upload of this page, if there is one, and those of the user that are not finished. They outlive a view, not a reload. */
import { signal } from '@preact/signals';
import { call } from '../api.ts';
import { forgetHandles, keepHandles } from './kept-handles.ts';
import { type Picked, pickedOfInput, takeTransfer } from './picked.ts';
import { tooMany } from './plan.ts';
import { type Selection, select } from './selection.ts';
import { createUploadEngine, type UploadEngine, type UploadView } from './upload-engine.ts';

export interface Unfinished {
  id: number;
  name: string;
  expectedFiles: number;
  expectedBytes: number;
  files: number;
  bytes: number;
  /** Of files that are not whole yet. */
  partialBytes: number;
  checking: number;
  expiresAt: string;
}

export const engine = signal<UploadEngine | undefined>(undefined);
export const view = signal<UploadView | undefined>(undefined);
/** While dropped folders are read, before anything is sent. */
export const reading = signal(false);
export const problem = signal<Error | undefined>(undefined);

const ACTIVE = new Set(['looking', 'sending', 'paused', 'checking']);
export const isActive = (): boolean => view.value !== undefined && ACTIVE.has(view.value.phase);

export async function unfinished(signal?: AbortSignal): Promise<Unfinished[]> {
  const { entities } = await call<{ entities: Unfinished[] }>('uploads.list', {}, signal);
  return entities;
}

export function sendInput(list: FileList | null): Promise<void> {
  return send(async () => pickedOfInput(list));
}

/** Must be called in the event itself: the browser forgets afterwards. */
export function sendTransfer(transfer: DataTransfer): Promise<void> {
  const taken = takeTransfer(transfer);
  return send(() => taken.read(new AbortController().signal), taken.handles);
}

export function sendPicked(picked: readonly Picked[]): Promise<void> {
  return send(async () => picked);
}

export function close(): void {
  engine.value = undefined;
  view.value = undefined;
  problem.value = undefined;
}

async function send(
  read: () => Promise<readonly Picked[]>,
  handles: Promise<FileSystemHandle[]> = Promise.resolve([]),
): Promise<void> {
  if (isActive() || reading.value) {
    problem.value = new Error(
      'An upload is under way. Wait for its end or cancel it, then drop the next one.',
    );
    return;
  }
  close();
  reading.value = true;
  try {
    const selection = select(await read());
    if (selection === undefined) throw new Error('There is no file in it that could be imported.');
    if (tooMany(localFiles(selection))) {
      throw new Error(
        `${selection.files.length.toLocaleString('en-US')} files are too many for one upload. Drop them as one archive, or copy the folder into the upload folder of an agent.`,
      );
    }
    const upload = await findOrBegin(selection);
    void handles.then((kept) => keepHandles(upload.id, kept));
    const started = createUploadEngine(selection, upload, () => {
      if (engine.value !== started) return;
      view.value = started.view();
      if (view.value.phase === 'landed' || view.value.phase === 'canceled') void forgetHandles(upload.id);
    });
    engine.value = started;
    view.value = started.view();
  } catch (error) {
    problem.value = error as Error;
  } finally {
    reading.value = false;
  }
}

/** The same name, number of files and bytes: it is the upload that was left unfinished. */
async function findOrBegin({ name, files, bytes }: Selection<File>): Promise<{ id: number; name: string }> {
  const open = await unfinished();
  const same = open.find(
    (one) => one.name === name && one.expectedFiles === files.length && one.expectedBytes === bytes,
  );
  return same ?? (await call<Unfinished>('uploads.begin', { name, files: files.length, bytes }));
}

function localFiles(selection: Selection<File>) {
  return selection.files.map(({ path, file }) => ({ path, size: file.size, modifiedAt: file.lastModified }));
}

addEventListener('beforeunload', (event) => {
  // The browser asks before it leaves: bytes would stop.
  if (view.value !== undefined && ['looking', 'sending'].includes(view.value.phase)) event.preventDefault();
});
