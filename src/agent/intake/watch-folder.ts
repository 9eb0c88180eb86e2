/**
 * Events of the upload folder's top level: a hint that saves waiting for the next scan, never the truth. The
 * library spends a watch a file and loses events in bursts, so it is not let below the top level.
 */
import path from 'node:path';
import { watch } from 'chokidar';

export interface FolderWatch {
  close(): Promise<void>;
}

export interface WatchHandlers {
  /** Something about this entry of the folder changed. */
  onEvent(name: string): void;
  /** From now on events come. */
  onReady(): void;
  onError(error: unknown): void;
}

export type WatchFolder = (folder: string, handlers: WatchHandlers) => FolderWatch;

export const watchFolder: WatchFolder = (folder, handlers) => {
  const watcher = watch(folder, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ignored: (file) => file !== folder && path.basename(file) === '.sly',
  });
  watcher.on('all', (_event, file) => {
    const name = path.basename(file);
    if (path.resolve(file) !== path.resolve(folder) && name !== '.sly') handlers.onEvent(name);
  });
  watcher.on('ready', () => handlers.onReady());
  watcher.on('error', (error) => handlers.onError(error));
  return { close: () => watcher.close() };
};
