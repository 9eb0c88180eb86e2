/** `imports.start`, `exports.start`, `tasks.repeat`: from a request to a queued task. With a `key` of the caller, a repeated call finds the first one's task. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { newKey } from '../../../lib/ids.ts';
import { nearest } from '../../../lib/nearest.ts';
import type { PluginAction } from '../../../protocol/plugin.ts';
import { ConflictPolicySchema, type ImportSpec } from '../../../protocol/task.ts';
import type { AgentView, PluginOfferView } from '../../ports/agents.ts';
import type { TaskView } from '../../ports/tasks.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type Principal, roleIn, visibleTo } from '../auth/principal.ts';
import { workspaceFor } from '../auth/workspace-for.ts';
import { TaskEntity } from '../entities/task.ts';
import { datasetOf, found, projectOf } from '../found.ts';
import { AnyObject, endpoint, given, Id, type MethodTable, maybe, Name } from '../method.ts';
import { assertRepeatable } from '../tasks/repeat-task.ts';
import { folderSource, type ImportSource, uploadSource } from '../uploads/import-source.ts';

const Key = maybe(Type.String({ pattern: '^[\\w-]{8,64}$' }));
const PluginName = Type.String({ minLength: 1, maxLength: 100 });

export function startMethods(deps: ApiDeps): MethodTable {
  const { agents, clock, stores, tasks, uploads } = deps;

  async function pluginFor(name: string, action: PluginAction): Promise<PluginOfferView> {
    const known = (await agents.pluginOffers()).filter(({ manifest }) => manifest.actions.includes(action));
    const plugin = known.find(({ manifest }) => manifest.name === name);
    if (plugin !== undefined) return plugin;
    const names = known.map(({ manifest }) => manifest.name);
    const near = nearest(name, names);
    throw new SlyError('SLY_PLUGIN_UNKNOWN', {
      detail: `no agent has a plugin ${JSON.stringify(name)} that can ${action}`,
      hint:
        near === undefined
          ? `There are: ${names.join(', ') || 'none; is an agent connected?'}`
          : `Did you mean ${near}?`,
    });
  }

  /** A path means one machine's folder, so the agent must be clear. */
  async function agentFor(id: number | null | undefined, principal: Principal): Promise<AgentView> {
    if (id != null) return found(await agents.get(id), `Agent with id: ${id}`);
    const all = await agents.list(visibleTo(principal));
    const connected = all.filter((one) => one.connected);
    const [only] = connected.length === 1 ? connected : all;
    if (only !== undefined && (connected.length === 1 || all.length === 1)) return only;
    throw new SlyError('SLY_USAGE', {
      detail: `agentId: expected the agent whose upload folder is meant, got nothing (${all.length} agents)`,
    });
  }

  async function sourceOf(
    input: { path?: string | null; uploadId?: number | null; dryRun?: boolean | null },
    userId: number,
  ): Promise<ImportSource> {
    if (input.path != null && input.uploadId == null) return folderSource(input.path);
    if (input.uploadId != null && input.path == null)
      return uploadSource({ uploads, store: stores.uploads }, userId, input.uploadId, {
        taken: input.dryRun !== true,
      });
    throw new SlyError('SLY_USAGE', {
      detail: 'expected either path (in an upload folder) or uploadId (from uploads.begin)',
    });
  }

  async function queue(
    title: string,
    spec: TaskView['spec'],
    options: {
      key: string | null | undefined;
      agentId?: number;
      workspaceId: number;
      principal: Principal;
    },
  ): Promise<TaskView> {
    const { key, principal, ...rest } = options;
    const task = {
      key: key ?? newKey(),
      title,
      priority: 0,
      createdAt: new Date(clock.now()).toISOString(),
      spec,
    };
    const queued = await tasks.create(task, { ...rest, createdBy: principal.userId });
    // The key found a task of somebody else: what that is, is not told.
    if (queued.teamId !== null && roleIn(principal, queued.teamId) === undefined)
      throw new SlyError('SLY_NOT_UNIQUE', { detail: `key ${task.key}`, hint: 'Choose another key.' });
    return queued;
  }

  return {
    'imports.start': endpoint(
      {
        about:
          "Queues an import of a path in an agent's upload folder, or of an upload; a `key` of the caller makes it repeatable.",
        needs: 'manage',
        of: ({ appendToProjectId, workspaceId, agentId }) => ({
          projects: given(appendToProjectId),
          workspaces: given(workspaceId),
          agents: given(agentId),
        }),
        request: Type.Object({
          agentId: maybe(Id),
          path: maybe(Type.String({ minLength: 1, maxLength: 4096 })),
          uploadId: maybe(Id),
          plugin: maybe(PluginName),
          options: maybe(AnyObject),
          projectName: maybe(Name),
          appendToProjectId: maybe(Id),
          workspaceId: maybe(Id),
          conflict: maybe(ConflictPolicySchema),
          dryRun: maybe(Type.Boolean()),
          key: Key,
        }),
        response: TaskEntity,
      },
      async (input, { principal }) => {
        const { source, title, name } = await sourceOf(input, principal.userId);
        const agentId = source.kind === 'upload' ? (await agentFor(input.agentId, principal)).id : undefined;
        if (input.plugin != null) await pluginFor(input.plugin, 'import');
        const project =
          input.appendToProjectId == null ? undefined : await projectOf(stores, input.appendToProjectId);
        const workspaceId =
          project?.workspaceId ?? (await workspaceFor(stores, principal, input.workspaceId));
        const spec: ImportSpec = {
          action: 'import',
          source,
          options: input.options ?? {},
          projectName: input.projectName ?? name,
          conflict: input.conflict ?? 'rename',
          ...(input.plugin != null && { plugin: input.plugin }),
          ...(input.appendToProjectId != null && { appendToProjectId: input.appendToProjectId }),
          workspaceId,
          ...(input.dryRun != null && { dryRun: input.dryRun }),
        };
        return queue(`${input.dryRun === true ? 'Look at' : 'Import'} ${title}`, spec, {
          key: input.key,
          ...(agentId !== undefined && { agentId }),
          workspaceId,
          principal,
        });
      },
    ),

    'tasks.repeat': endpoint(
      {
        about:
          'Queues a new task with the inputs and options of one that is known, while they are kept; a `key` of the caller makes it repeatable.',
        needs: 'manage',
        of: ({ id }) => ({ tasks: [id] }),
        request: Type.Object({ id: Id, key: Key }),
        response: TaskEntity,
      },
      async ({ id, key }, { principal }) => {
        const task = found(await tasks.get({ id }), `Task with id: ${id}`);
        const { spec } = task;
        await assertRepeatable(deps, task);
        const isFolder = spec.action === 'import' && spec.source.kind === 'upload';
        const agentId = isFolder ? (await agentFor(task.agentId, principal)).id : undefined;
        return queue(task.title, spec, {
          key,
          ...(agentId !== undefined && { agentId }),
          workspaceId: task.workspaceId ?? (await workspaceFor(stores, principal, null)),
          principal,
        });
      },
    ),

    'exports.start': endpoint(
      {
        about:
          'Queues "Download as ...", or a script run on the project; a `key` of the caller makes it repeatable.',
        needs: 'manage',
        of: ({ projectId, datasetIds }) => ({ projects: [projectId], datasets: datasetIds ?? [] }),
        request: Type.Object({
          projectId: Id,
          datasetIds: maybe(Type.Array(Id, { minItems: 1, maxItems: 10_000 })),
          plugin: PluginName,
          options: maybe(AnyObject),
          key: Key,
        }),
        response: TaskEntity,
      },
      async (input, { principal }) => {
        const project = await projectOf(stores, input.projectId);
        for (const id of input.datasetIds ?? []) {
          const dataset = await datasetOf(stores, id);
          if (dataset.projectId !== project.id)
            found(undefined, `Dataset with datasetId: ${id} of project ${project.id}`);
        }
        const { manifest: plugin, script } = await pluginFor(input.plugin, 'export');
        if (!plugin.modalities.includes(project.type)) {
          throw new SlyError('SLY_USAGE', {
            detail: `${plugin.name} exports ${plugin.modalities.join(', ')}, the project holds ${project.type}`,
          });
        }
        return queue(
          script?.download === false
            ? `Run ${plugin.title} on ${project.name}`
            : `Download ${project.name} as ${plugin.title}`,
          {
            action: 'export',
            projectId: project.id,
            plugin: plugin.name,
            options: input.options ?? {},
            ...(input.datasetIds != null && { datasetIds: input.datasetIds }),
          },
          { key: input.key, workspaceId: project.workspaceId, principal },
        );
      },
    ),
  };
}
