/** A task in the words the SDK knows: it polls `status` and raises on `error`. */
import type { TaskState } from '../../../protocol/task-state.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { TaskNote } from '../../store/repositories/team-files.ts';

const STATUS = {
  queued: 'queued',
  leased: 'consumed',
  fetching: 'started',
  converting: 'started',
  publishing: 'started',
  succeeded: 'finished',
  failed: 'error',
  canceled: 'stopped',
} as const satisfies Record<TaskState, string>;

/** `note`: what scripts said about it. */
export function taskStatus(
  task: TaskView,
  note?: Pick<TaskNote, 'output' | 'meta'>,
): Record<string, unknown> & { id: number } {
  return {
    id: task.id,
    key: task.key,
    type: task.spec.action,
    status: STATUS[task.state],
    description: task.title,
    agentId: task.agentId,
    agentName: task.agentName,
    attempt: task.attempt,
    startedAt: task.startedAt,
    finishedAt: task.endedAt,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
    error: task.failure === null ? null : { message: task.failure.detail, code: task.failure.code },
    output: { ...note?.output, ...task.result },
    meta: note?.meta ?? {},
  };
}
