/** Two pipes of a child as one sequence of lines, pulled: who reads slowly slows the child. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../lib/clock.ts';
import type { OutputLine } from '../../ports/runner.ts';
import { createLineCutter } from '../line-cutter.ts';
import type { ReaderActivity } from '../reader-activity.ts';

type Stream = OutputLine['stream'];

export async function* readChild(
  pipes: Record<Stream, Readable>,
  activity: ReaderActivity,
  clock: Clock,
): AsyncGenerator<OutputLine> {
  const cutters = { stdout: createLineCutter(), stderr: createLineCutter() };
  const pending = new Map<Stream, Promise<{ stream: Stream; next: IteratorResult<Buffer> }>>();
  const readers = { stdout: iterate(pipes.stdout), stderr: iterate(pipes.stderr) };
  const pull = (stream: Stream): void => {
    pending.set(
      stream,
      readers[stream].next().then((next) => ({ stream, next })),
    );
  };
  pull('stdout');
  pull('stderr');
  while (pending.size > 0) {
    activity.waiting();
    const { stream, next } = await Promise.race(pending.values());
    activity.received();
    if (next.done === true) pending.delete(stream);
    else pull(stream);
    const lines = next.done === true ? cutters[stream].end() : cutters[stream].push(next.value);
    const at = clock.now();
    for (const line of lines) yield { stream, ...line, at };
  }
}

/** A pipe that breaks has ended. */
async function* iterate(pipe: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of pipe) yield piece as Buffer;
  } catch {
    // The child was ended, or we let go of it: its exit says which.
  }
}
