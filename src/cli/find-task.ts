/** A task by the first letters of its key, as `tasks` prints them. */

import type { ControlTask } from '../agent/control/control-api.ts';
import { SlyError } from '../lib/errors.ts';
import type { ControlClient } from './control-client.ts';

export async function findTask(control: ControlClient, word: string): Promise<ControlTask> {
  const matches = (await control.tasks(1000)).filter((task) => task.key.startsWith(word));
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return first;
  throw new SlyError('SLY_TASK_UNKNOWN', {
    detail:
      matches.length === 0 ? `no task begins with ${word}` : `${matches.length} tasks begin with ${word}`,
    hint: 'See `sly-agent tasks`.',
  });
}
