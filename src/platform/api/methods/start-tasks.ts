/** `imports.start`, `exports.start`: from a request to a queued task. With a `key` of the caller, a repeated call finds the first one's task. */
import path from 'node:path';
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { newKey } from '../../../lib/ids.ts';
import { nearest } from '../../../lib/nearest.ts';
import type { Manifest, PluginAction } from '../../../protocol/plugin.ts';
import { ConflictPolicySchema, type ImportSpec } from '../../../protocol/task.ts';
import type { AgentView, TaskView } from '../../ports.ts';
import type { ApiDeps } from '../api-deps.ts';
import { datasetOf, found, projectOf } from '../found.ts';
import { AnyObject, Id, type MethodTable, maybe, method, Name } from '../method.ts';
import { assertUploadPath } from '../upload-path.ts';

const Key = maybe(Type.String({ pattern: '^[\\w-]{8,64}$' }));
const PluginName = Type.String({ minLength: 1, maxLength: 100 });

export function startMethods(deps: ApiDeps): MethodTable {
  const { agents, clock, stores, tasks } = deps;

  async function pluginFor(name: string, action: PluginAction): Promise<Manifest> {
    const known = (await agents.plugins()).filter((one) => one.actions.includes(action));
    const plugin = known.find((one) => one.name === name);
    if (plugin !== undefined) return plugin;
    const names = known.map((one) => one.name);
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
  async function agentFor(id: number | null | undefined): Promise<AgentView> {
    if (id != null) return found(await agents.get(id), `Agent with id: ${id}`);
    const all = await agents.list();
    const connected = all.filter((one) => one.connected);
    const [only] = connected.length === 1 ? connected : all;
    if (only !== undefined && (connected.length === 1 || all.length === 1)) return only;
    throw new SlyError('SLY_USAGE', {
      detail: `agentId: expected the agent whose upload folder is meant, got nothing (${all.length} agents)`,
    });
  }

  function queue(
    title: string,
    spec: TaskView['spec'],
    options: { key: string | null | undefined; agentId?: number; workspaceId?: number },
  ): Promise<TaskView> {
    const { key, ...rest } = options;
    const task = {
      key: key ?? newKey(),
      title,
      priority: 0,
      createdAt: new Date(clock.now()).toISOString(),
      spec,
    };
    return tasks.create(task, rest);
  }

  return {
    'imports.start': method(
      Type.Object({
        agentId: maybe(Id),
        path: Type.String({ minLength: 1, maxLength: 4096 }),
        plugin: maybe(PluginName),
        options: maybe(AnyObject),
        projectName: maybe(Name),
        appendToProjectId: maybe(Id),
        workspaceId: maybe(Id),
        conflict: maybe(ConflictPolicySchema),
        dryRun: maybe(Type.Boolean()),
        key: Key,
      }),
      async (input) => {
        const source = input.path.replace(/\/+$/, '');
        assertUploadPath(source);
        const agent = await agentFor(input.agentId);
        if (input.plugin != null) await pluginFor(input.plugin, 'import');
        if (input.appendToProjectId != null) await projectOf(stores, input.appendToProjectId);
        const spec: ImportSpec = {
          action: 'import',
          source: { kind: 'upload', path: source },
          options: input.options ?? {},
          projectName: input.projectName ?? nameOf(source),
          conflict: input.conflict ?? 'rename',
          ...(input.plugin != null && { plugin: input.plugin }),
          ...(input.appendToProjectId != null && { appendToProjectId: input.appendToProjectId }),
          ...(input.workspaceId != null && { workspaceId: input.workspaceId }),
          ...(input.dryRun != null && { dryRun: input.dryRun }),
        };
        return queue(`Import ${source}`, spec, {
          key: input.key,
          agentId: agent.id,
          ...(input.workspaceId != null && { workspaceId: input.workspaceId }),
        });
      },
    ),

    'exports.start': method(
      Type.Object({
        projectId: Id,
        datasetIds: maybe(Type.Array(Id, { minItems: 1, maxItems: 10_000 })),
        plugin: PluginName,
        options: maybe(AnyObject),
        key: Key,
      }),
      async (input) => {
        const project = await projectOf(stores, input.projectId);
        for (const id of input.datasetIds ?? []) {
          const dataset = await datasetOf(stores, id);
          if (dataset.projectId !== project.id)
            found(undefined, `Dataset with datasetId: ${id} of project ${project.id}`);
        }
        const plugin = await pluginFor(input.plugin, 'export');
        if (!plugin.modalities.includes(project.type)) {
          throw new SlyError('SLY_USAGE', {
            detail: `${plugin.name} exports ${plugin.modalities.join(', ')}, the project holds ${project.type}`,
          });
        }
        return queue(
          `Download ${project.name} as ${plugin.title}`,
          {
            action: 'export',
            projectId: project.id,
            plugin: plugin.name,
            options: input.options ?? {},
            ...(input.datasetIds != null && { datasetIds: input.datasetIds }),
          },
          { key: input.key, workspaceId: project.workspaceId },
        );
      },
    ),
  };
}

/** `2024/street.tar.gz` -> `street`. */
function nameOf(source: string): string {
  const base = path.posix.basename(source);
  return base.replace(/\.(zip|tar|tgz|tar\.(gz|zst|bz2|xz))$/i, '') || base;
}
