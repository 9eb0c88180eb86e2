/** What the agent's own folder holds, by class. Counted slowly: a pause after each batch, and no further than a limit. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesOnDisk, visitFolder } from '../../lib/measure-folder.ts';
import { SPACE_CLASSES, type Space, type SpaceClass } from '../../protocol/machine.ts';

interface CountOptions {
  signal: AbortSignal;
  now: number;
  /** Entries after which counting ends. */
  mostEntries?: number;
}

/** With the pause below some ten seconds, of which a tenth is work. */
const MOST_ENTRIES = 300_000;
const PAUSE_MS = 10;

export async function countSpace(agentFolder: string, options: CountOptions): Promise<Space> {
  const { signal, now, mostEntries = MOST_ENTRIES } = options;
  const found = new Map(SPACE_CLASSES.map((name) => [name, { files: 0, bytes: 0 }]));
  let entries = 0;
  const pause = () => delay(PAUSE_MS);
  const whole = await visitFolder(agentFolder, { signal, pause }, (file, stat) => {
    const one = found.get(classOf(path.relative(agentFolder, file).split(path.sep)));
    if (one !== undefined) {
      one.bytes += bytesOnDisk(stat);
      if (!stat.isDirectory()) one.files++;
    }
    return ++entries < mostEntries;
  });
  return {
    countedAt: new Date(now).toISOString(),
    whole,
    classes: [...found].map(([name, sizes]) => ({ class: name, ...sizes })),
  };
}

/** By the place below the agent's folder: `tasks/<key>/<attempt>/...` as pipeline/task-folder.ts lays it out. */
export function classOf(parts: readonly string[]): SpaceClass {
  const [top = '', , , name = '', inside] = parts;
  if (top.startsWith('journal.sqlite')) return 'journal';
  if (top !== 'tasks') return 'other';
  if (name === 'log.ndjson' || name === 'report.ndjson') return 'logs';
  if (name === 'work' || (name === 'sly_task_data' && inside === 'data')) return 'sources';
  if (name === 'outcomes' || (name === 'sly_task_data' && inside === 'results')) return 'results';
  return 'other';
}
