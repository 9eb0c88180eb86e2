/** The same inputs once more, as a new task. */
import { call } from '../api.ts';
import type { TaskView } from '../shapes.ts';

/** Why that cannot be done from here at all; whether the inputs are still kept, the platform says when it is asked. */
export function whyNotAgain({ spec }: TaskView): string | undefined {
  if (spec.action !== 'import') return undefined;
  if (spec.source.kind === 'path')
    return 'The source is outside the upload folder: only its machine can import it (sly-agent import).';
  if (spec.source.kind === 'project') return 'Copy the project once more from its own page.';
  return undefined;
}

/** A key of one press: asked again with the same one, the platform answers with the same task. */
export function newPress(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

export const runAgain = (task: TaskView, key: string): Promise<TaskView> =>
  call<TaskView>('tasks.repeat', { id: task.id, key });
