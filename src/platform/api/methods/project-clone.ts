/** Copies of projects, made by the platform itself. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { newKey } from '../../../lib/ids.ts';
import { PLATFORM_PLUGIN } from '../../ports/tasks.ts';
import type { ApiDeps } from '../api-deps.ts';
import { projectOf } from '../found.ts';
import { AnyObject, endpoint, given, Id, type MethodTable, maybe, Name } from '../method.ts';

export function projectCloneMethods(deps: ApiDeps): MethodTable {
  const { clock, stores, tasks } = deps;
  return {
    'projects.clone': endpoint(
      {
        about:
          'Queues a copy of a project with all it has, under a free name like the one asked for; bytes are shared. Only whole copies are made.',
        needs: 'manage',
        of: ({ id, workspaceId }) => ({ projects: [id], workspaces: given(workspaceId) }),
        request: Type.Object({
          id: Id,
          workspaceId: maybe(Id),
          name: maybe(Name),
          include: maybe(AnyObject),
        }),
        response: Type.Object({ taskId: Id }),
      },
      async ({ id, workspaceId, name, include }, { principal }) => {
        const left = Object.entries(include ?? {}).filter(([, wanted]) => wanted === false);
        if (left.length > 0) {
          throw new SlyError('SLY_USAGE', {
            detail: `include: expected everything, got ${left.map(([what]) => what).join(', ')} left out`,
          });
        }
        const project = await projectOf(stores, id);
        const target = workspaceId ?? project.workspaceId;
        const spec = {
          action: 'import',
          source: { kind: 'project', projectId: id },
          plugin: PLATFORM_PLUGIN,
          options: {},
          projectName: name ?? project.name,
          workspaceId: target,
          conflict: 'rename',
        } as const;
        const task = await tasks.create(
          {
            key: newKey(),
            title: `Copy ${project.name}`,
            priority: 0,
            createdAt: new Date(clock.now()).toISOString(),
            spec,
          },
          { workspaceId: target, createdBy: principal.userId },
        );
        return { taskId: task.id };
      },
    ),
  };
}
