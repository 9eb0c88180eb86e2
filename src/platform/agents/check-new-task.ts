/** What the platform may ask of an agent. Pure; the agent checks again. */
import path from 'node:path';
import { SlyError } from '../../lib/errors.ts';
import { joinInside } from '../../lib/safe-path.ts';
import { MAX_OFFER_BYTES } from '../../protocol/link.ts';
import type { Task } from '../../protocol/task.ts';

/** Throws SLY_FORBIDDEN, SLY_PATH_ESCAPES, SLY_USAGE or SLY_TOO_LARGE. */
export function checkNewTask(task: Task, agentId: number | undefined): void {
  if (task.spec.action === 'import') {
    const { source } = task.spec;
    if (source.kind === 'path') {
      throw new SlyError('SLY_FORBIDDEN', {
        detail: 'the platform may not name a path of an agent outside of its upload folder',
        hint: 'Use `sly-agent import` on that machine.',
      });
    }
    if (source.kind === 'upload') {
      joinInside('/upload', path.posix.normalize(source.path));
      if (agentId === undefined) {
        throw new SlyError('SLY_USAGE', {
          detail: 'expected the agent whose upload folder holds the source, got none',
        });
      }
    }
  }
  // The offer is the task and a few words around it.
  const bytes = Buffer.byteLength(JSON.stringify(task));
  if (bytes > MAX_OFFER_BYTES - 1024) {
    throw new SlyError('SLY_TOO_LARGE', {
      detail: `expected a task of at most ${MAX_OFFER_BYTES} bytes, got ${bytes}: it names too many files`,
      hint: 'Upload the files as one archive, or put the folder into the upload folder of an agent.',
    });
  }
}
