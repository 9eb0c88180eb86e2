/** Waiting for tasks of a test daemon. */
import type { ControlTask, ImportRequest } from '../../src/agent/control/control-api.ts';
import type { ControlClient } from '../../src/cli/control-client.ts';
import { isFinal, type TaskState } from '../../src/protocol/task-state.ts';
import { eventually } from './daemon-process.ts';

export function whenEnded(control: ControlClient, key: string, within = 60_000): Promise<ControlTask> {
  return eventually(
    async () => {
      const { task } = await control.task(key);
      return isFinal(task.state) ? task : undefined;
    },
    { within, what: `the end of task ${key}` },
  );
}

export function whenState(control: ControlClient, key: string, state: TaskState): Promise<ControlTask> {
  return eventually(
    async () => {
      const { task } = await control.task(key);
      if (isFinal(task.state) && task.state !== state)
        throw new Error(`it ended as ${task.state}: ${JSON.stringify(task.failure)}`);
      return task.state === state ? task : undefined;
    },
    { what: `state ${state}` },
  );
}

/** Imports and waits; a failure is shown with its reason. */
export async function importAndWait(
  control: ControlClient,
  request: ImportRequest,
  within = 60_000,
): Promise<ControlTask> {
  const task = await whenEnded(control, (await control.import(request)).key, within);
  if (task.state !== 'succeeded') throw new Error(`${task.state}: ${JSON.stringify(task.failure)}`);
  return task;
}

/** in = ok + skipped + failed, whatever happened. */
export function assertAllAccounted(task: ControlTask): void {
  const counts = task.result?.counts;
  if (counts === undefined) throw new Error(`no counts: ${task.state} ${JSON.stringify(task.failure)}`);
  if (counts.files !== counts.ok + counts.skipped + counts.failed)
    throw new Error(`files are lost: ${JSON.stringify(counts)}`);
}
