/** A program of ffmpeg that is given a file through its pipe, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const MOST_COMPLAINT = 1000;

export interface FedProcess {
  /** Must be read to its end. */
  stdout: Readable;
  kill(): void;
  /** When it has ended and has let go of the file. Never rejects. */
  ended: Promise<{
    /** There is no such program. */
    isMissing: boolean;
    /** Why it did not run to its end. */
    failure: string | undefined;
    /** The first line of what it complained of; may be empty. */
    complaint: string;
  }>;
}

export function feed(
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  body: Readable,
  signal: AbortSignal,
): FedProcess {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
    signal,
    killSignal: 'SIGKILL',
  });
  // Where memory runs out it is this process that goes, not the server. Not every system knows it.
  if (child.pid !== undefined) writeFile(`/proc/${child.pid}/oom_score_adj`, '1000').catch(() => undefined);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < MOST_COMPLAINT) complaint += chunk.toString('utf8');
  });
  const failed = once(child, 'error').then(([error]) => error as NodeJS.ErrnoException);
  const closed = once(child, 'close').catch(() => undefined);
  // It reads as much as it needs and closes the pipe.
  const fed = pipeline(body, child.stdin).catch(() => undefined);
  return {
    stdout: child.stdout,
    kill: () => void child.kill('SIGKILL'),
    ended: (async () => {
      const error = await Promise.race([failed, closed.then(() => undefined)]);
      await fed;
      return {
        isMissing: error?.code === 'ENOENT',
        failure:
          error === undefined
            ? undefined
            : signal.aborted
              ? 'reading it took too long'
              : `${program}: ${error.message}`,
        complaint: complaint.trim().split('\n')[0] ?? '',
      };
    })(),
  };
}
