/** Thumbnails of samples, made in a process of its own that ends with the last of them. */
import { type ChildProcess, fork } from 'node:child_process';
import type { ThumbnailOrder, ThumbnailReply } from './thumbnail-program.ts';

const SIDE = 320;
const MOST_MS = 15_000;

/** Undefined where a picture cannot be shown; never rejects but for the abort. In the order of `files`. */
export async function makeThumbnails(
  files: readonly (Pick<ThumbnailOrder, 'file' | 'range'> | undefined)[],
  signal: AbortSignal,
): Promise<({ webp: string; width: number; height: number } | undefined)[]> {
  let child: ChildProcess | undefined;
  const made = [];
  try {
    for (const file of files) {
      signal.throwIfAborted();
      if (file === undefined) {
        made.push(undefined);
        continue;
      }
      child = child?.connected === true ? child : start();
      const reply = await ask(child, { ...file, side: SIDE }, signal);
      if (reply === undefined) child.kill('SIGKILL');
      made.push(reply !== undefined && 'webp' in reply ? reply : undefined);
    }
    return made;
  } finally {
    child?.kill('SIGKILL');
  }
}

function start(): ChildProcess {
  const program = import.meta.url.endsWith('.ts') ? './thumbnail-program.ts' : './thumbnail-program.js';
  return fork(new URL(program, import.meta.url), {
    execArgv: ['--max-old-space-size=512'],
    env: { PATH: process.env.PATH ?? '', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Undefined when the process died or took too long. */
function ask(
  child: ChildProcess,
  order: ThumbnailOrder,
  signal: AbortSignal,
): Promise<ThumbnailReply | undefined> {
  return new Promise((resolve) => {
    const end = (reply: ThumbnailReply | undefined): void => {
      clearTimeout(timer);
      child.off('message', end).off('exit', gone);
      signal.removeEventListener('abort', gone);
      resolve(reply);
    };
    const gone = (): void => end(undefined);
    const timer = setTimeout(gone, MOST_MS);
    child.on('message', end).on('exit', gone);
    signal.addEventListener('abort', gone, { once: true });
    child.send(order, (error) => {
      if (error !== null) gone();
    });
  });
}
