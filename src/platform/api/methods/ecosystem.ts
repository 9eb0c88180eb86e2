/** Plugins as the SDK sees them: modules of the ecosystem that are started as apps. */
import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { Manifest } from '../../../protocol/plugin.ts';
import { isFinal } from '../../../protocol/task-state.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { ApiDeps } from '../api-deps.ts';
import { AppEntity, appEntity, ModuleEntity, moduleEntity } from '../entities/module.ts';
import { SdkTaskEntity } from '../entities/task.ts';
import { datasetOf, found, projectOf } from '../found.ts';
import { listEntities } from '../lists/filter-entities.ts';
import { listFields, listOf } from '../lists/list-shape.ts';
import { AnyObject, endpoint, given, Id, type MethodTable, maybe, type Scope } from '../method.ts';
import { parseAgentPath } from '../tasks/agent-storage.ts';
import { readState, specOf } from '../tasks/start-app.ts';
import { taskStatus } from '../tasks/task-status.ts';

/** A client that lost the answer asks again within its own patience; after it the same request is a new wish. */
const REPLAY_MS = 120_000;
const MOST_LISTED = 5000;

const RunApp = Type.Object({
  agentId: maybe(Id),
  workspaceId: maybe(Id),
  moduleId: maybe(Id),
  appId: maybe(Id),
  taskName: maybe(Type.String({ maxLength: 1000 })),
  params: maybe(Type.Object({ state: maybe(AnyObject) })),
});

export function ecosystemMethods(deps: ApiDeps): MethodTable {
  const { agents, clock, stores, tasks } = deps;

  async function modules(): Promise<{ plugin: Manifest; module: ModuleEntity }[]> {
    const plugins = (await agents.plugins()).filter((one) => one.hidden !== true);
    const ids = await stores.pluginIds.idsOf(plugins.map((one) => one.name));
    return plugins.flatMap((plugin) => {
      const known = ids.get(plugin.name);
      return known === undefined ? [] : [{ plugin, module: moduleEntity(plugin, known) }];
    });
  }

  async function moduleOf(of: { id?: number | null | undefined; slug?: string | null | undefined }) {
    const all = await modules();
    return found(
      all.find(({ module }) => (of.id == null ? module.slug === of.slug : module.id === of.id)),
      `Module ${of.id ?? of.slug}`,
    );
  }

  async function workspaceOf(id: number): Promise<{ id: number; teamId: number }> {
    const filter = [{ field: 'id', operator: '=' as const, value: id }];
    const { entities } = await stores.accounts.workspaces({ perPage: 1, filter });
    return found(entities[0], `Workspace with id: ${id}`);
  }

  return {
    'ecosystem.list': endpoint(
      {
        about: 'Plugins of the agents as modules.',
        needs: 'view',
        request: Type.Object({
          ...listFields,
          search: maybe(Type.String({ maxLength: 200 })),
          categories: maybe(Type.Array(Type.String())),
          categoriesOperation: maybe(Type.String()),
        }),
        response: listOf(ModuleEntity),
      },
      async ({ search, categories, categoriesOperation, ...input }) => {
        const all = (await modules()).map(({ module }) => module);
        const wanted = (search ?? '').toLowerCase();
        const kept = all.filter((one) => {
          const has = (one.config.categories as string[]).concat(one.config.modalities as string[]);
          const fits = categoriesOperation === 'and' ? 'every' : 'some';
          if (categories != null && categories.length > 0 && !categories[fits]((name) => has.includes(name)))
            return false;
          return `${one.name} ${one.slug}`.toLowerCase().includes(wanted);
        });
        return listEntities(input, kept);
      },
    ),

    'ecosystem.info': endpoint(
      {
        about: 'One module, by id or slug.',
        needs: 'view',
        request: Type.Object({ id: maybe(Id), slug: maybe(Type.String({ maxLength: 200 })) }),
        response: ModuleEntity,
      },
      async (input) => (await moduleOf(input)).module,
    ),

    'apps.list': endpoint(
      {
        about: 'Modules as apps of a team; the app has the number of its module.',
        needs: 'view',
        of: ({ teamId }) => ({ teams: [teamId] }),
        request: Type.Object({ teamId: Id, ...listFields }),
        response: listOf(AppEntity),
      },
      async ({ teamId, ...input }, { principal }) => {
        const of = { teamId, userId: principal.userId };
        return listEntities(
          input,
          (await modules()).map(({ module }) => appEntity(module, of)),
        );
      },
    ),

    'apps.tasks.list': endpoint(
      {
        about: 'The newest tasks of an app, on one page.',
        needs: 'view',
        of: ({ teamId }) => ({ teams: [teamId] }),
        request: Type.Object({ teamId: Id, appId: Id, ...listFields }),
        response: listOf(SdkTaskEntity),
      },
      async ({ teamId, appId, ...input }, { principal }) => {
        const name = found(await stores.pluginIds.nameOf(appId), `App with id: ${appId}`);
        const listed = await tasks.list({ limit: MOST_LISTED, visible: { teams: [teamId] } });
        const entities = listed
          .filter((task) => task.plugin === name)
          .map((task) => ({
            ...taskStatus(task),
            id: task.id,
            moduleId: appId,
            createdBy: principal.userId,
            meta: { app: { id: appId, name }, name: task.title },
          }));
        // One page: the SDK adds pages up, and new tasks come in while it reads.
        return listEntities({ ...input, page: null, per_page: MOST_LISTED }, entities);
      },
    ),

    'tasks.run.app': endpoint(
      {
        about:
          'Starts a plugin as an app; the same request again within two minutes finds the task that still runs.',
        needs: 'manage',
        of: scopeOfRun,
        request: RunApp,
        response: Type.Array(Type.Object({ taskId: Id, userId: Id, moduleId: Id, appId: Id })),
      },
      async (input, { principal }) => {
        const { plugin, module } = await moduleOf({ id: input.moduleId ?? input.appId });
        const { target, options } = readState(input.params?.state ?? {});
        const project = target.projectId == null ? undefined : await projectOf(stores, target.projectId);
        if (target.datasetId != null) {
          const dataset = await datasetOf(stores, target.datasetId);
          target.projectId ??= dataset.projectId;
          if (dataset.projectId !== target.projectId)
            found(undefined, `Dataset with datasetId: ${dataset.id} of project ${target.projectId}`);
        }
        const workspaceId = project?.workspaceId ?? input.workspaceId;
        if (workspaceId == null)
          throw new SlyError('SLY_USAGE', { detail: 'expected workspaceId, got none' });
        const { teamId } = await workspaceOf(workspaceId);
        const started = await specOf(stores, { plugin, target, options, workspaceId, teamId });
        if (!plugin.actions.includes(started.action)) {
          throw new SlyError('SLY_USAGE', {
            detail: `${plugin.title} can ${plugin.actions.join(', ')}, it was asked to ${started.action}`,
          });
        }
        const agentId = started.agentId ?? input.agentId;
        if (agentId != null) found(await agents.get(agentId), `Agent with id: ${agentId}`);
        const answer = (task: TaskView) => [
          { taskId: task.id, userId: principal.userId, moduleId: module.id, appId: module.id },
        ];
        const asked = JSON.stringify([principal.userId, input]);
        const earlier = await running(asked);
        if (earlier !== undefined) return answer(earlier);
        const task = await tasks.create(
          {
            key: keyOf(asked, clock.now()),
            title: started.title,
            priority: 0,
            createdAt: new Date(clock.now()).toISOString(),
            spec: started.spec,
          },
          { workspaceId, createdBy: principal.userId, ...(agentId != null && { agentId }) },
        );
        return answer(task);
      },
    ),
  };

  /** The task an equal request made a moment ago, while it goes on. */
  async function running(asked: string): Promise<TaskView | undefined> {
    for (const at of [clock.now(), clock.now() - REPLAY_MS]) {
      const task = await tasks.get({ key: keyOf(asked, at) });
      if (task !== undefined && !isFinal(task.state)) return task;
    }
    return undefined;
  }
}

/** Names a request within a stretch of time. */
function keyOf(asked: string, now: number): string {
  const stretch = Math.floor(now / REPLAY_MS);
  return createHash('sha256').update(`${stretch} ${asked}`).digest('hex').slice(0, 32);
}

/** Everything the state of an app names must be the caller's too. */
function scopeOfRun(input: Static<typeof RunApp>): Scope {
  const { target } = readState(input.params?.state ?? {});
  return {
    workspaces: given(input.workspaceId),
    projects: given(target.projectId),
    datasets: given(target.datasetId),
    teams: given(target.teamId),
    agents: given(input.agentId, parseAgentPath(target.folder ?? target.file ?? '')?.agentId),
  };
}
