/** The same inputs once more, as a new task. */
import { call } from '../api.ts';
import type { TaskView } from '../shapes.ts';

/** The method and request that ask for the same again, or why that cannot be done from here. */
export function againRequest(
  task: TaskView,
): { method: 'imports.start' | 'exports.start'; request: object } | { why: string } {
  const { spec } = task;
  if (spec.action === 'export') {
    const { projectId, plugin, options, datasetIds } = spec;
    return {
      method: 'exports.start',
      request: { projectId, plugin, options, ...(datasetIds !== undefined && { datasetIds }) },
    };
  }
  if (spec.source.kind === 'blobs')
    return { why: 'The files came from a browser: upload them again on the Import page.' };
  if (spec.source.kind === 'path')
    return {
      why: 'The source is outside the upload folder: only its machine can import it (sly-agent import).',
    };
  const { plugin, options, projectName, appendToProjectId, workspaceId, conflict, dryRun } = spec;
  return {
    method: 'imports.start',
    request: {
      path: spec.source.path,
      options,
      projectName,
      conflict,
      ...(task.agentId !== null && { agentId: task.agentId }),
      ...(plugin !== undefined && { plugin }),
      ...(appendToProjectId !== undefined && { appendToProjectId }),
      ...(appendToProjectId === undefined && workspaceId !== undefined && { workspaceId }),
      ...(dryRun !== undefined && { dryRun }),
    },
  };
}

export async function runAgain(task: TaskView): Promise<TaskView> {
  const again = againRequest(task);
  if ('why' in again) throw new Error(again.why);
  return call<TaskView>(again.method, again.request);
}
