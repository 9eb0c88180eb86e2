/** Keeps the watch of the upload folder open where the system allows it, and says in words when it does not. */
import { errnoOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { remoteMount } from './remote-mount.ts';
import type { FolderWatch, WatchFolder } from './watch-folder.ts';

export interface WatchKeeper {
  /** Opens the watch, or opens it anew: the folder behind the path may be another one. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Why there are no events; undefined = there are. */
  trouble(): string | undefined;
  /** Kind of the file system when other machines may write on it, of which no event tells. */
  remote(): string | undefined;
}

/** Errors of inotify that mean a limit was reached, not that a disk is full. */
const LIMITS = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);

export function createWatchKeeper(deps: {
  uploadFolder: string;
  watch: WatchFolder | false;
  onEvent(name: string): void;
  onReady(): void;
  log: Logger;
}): WatchKeeper {
  const { uploadFolder, log } = deps;
  let remote: string | undefined;
  let current: FolderWatch | undefined;
  let trouble: string | undefined = deps.watch === false ? 'events are switched off' : undefined;

  async function close(): Promise<void> {
    const watch = current;
    current = undefined;
    await watch
      ?.close()
      .catch((error: unknown) => log.debug({ err: error }, 'a watch did not close cleanly'));
  }

  function onError(error: unknown): void {
    const errno = errnoOf(error);
    if (errno === undefined || !LIMITS.has(errno)) {
      log.warn({ err: error }, 'the watch of the upload folder had an error; the scan goes on');
      return;
    }
    if (trouble !== undefined) return;
    trouble =
      errno === 'ENOSPC'
        ? 'no more inotify watches: sysctl -w fs.inotify.max_user_watches=524288'
        : 'no more inotify instances or open files: sysctl -w fs.inotify.max_user_instances=1024';
    log.warn({ errno, detail: trouble }, 'no events of the upload folder; it is scanned instead');
    void close();
  }

  return {
    async open() {
      remote = await remoteMount(uploadFolder);
      if (deps.watch === false) return;
      await close();
      trouble = undefined;
      try {
        current = deps.watch(uploadFolder, { onEvent: deps.onEvent, onReady: deps.onReady, onError });
        // An error that came while it was being made found nothing to close yet.
        if (trouble !== undefined) await close();
      } catch (error) {
        onError(error);
        trouble ??= `the watch could not be opened: ${errnoOf(error) ?? String(error)}`;
      }
    },
    close,
    trouble: () => trouble,
    remote: () => remote,
  };
}
