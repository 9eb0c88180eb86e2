/** What to run, from manifest, local policy and task: pure, so that every option of a container is testable. */
import path from 'node:path';
import type { Manifest, TaskConfig } from '../../protocol/plugin.ts';
import { GATEWAY_SOCKET, type PlatformGateway } from '../ports/gateway.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { PluginInfo } from '../ports/plugins.ts';
import type { LimitPolicy, Mount, RunLimits, RunSpec } from '../ports/runner.ts';
import { copyName } from './scripts/copy-script.ts';
import type { TaskFolder } from './task-folder.ts';

const MB = 1024 * 1024;
export const TASK_DIR = '/sly_task_data';

export function planLimits(manifest: Pick<Manifest, 'resources' | 'limits'>, policy: LimitPolicy): RunLimits {
  const { resources = {}, limits = {} } = manifest;
  return {
    memoryBytes: Math.min(resources.memoryMb ?? policy.memoryMb, policy.memoryMb) * MB,
    cpus: Math.min(resources.cpus ?? policy.cpus, policy.cpus),
    pids: Math.min(resources.pids ?? policy.pids, policy.pids),
    tmpBytes: policy.tmpMb * MB,
    fileBytes: policy.fileMb * MB,
    outputBytes: Math.min(limits.outputMb ?? policy.outputMb, policy.outputMb) * MB,
    wallMs: Math.min(limits.wallSeconds ?? policy.wallSeconds, policy.wallSeconds) * 1000,
    idleMs: Math.min(limits.idleSeconds ?? policy.idleSeconds, policy.idleSeconds) * 1000,
  };
}

export function planRun(options: {
  record: AttemptRecord;
  run: number;
  plugin: PluginInfo;
  folder: TaskFolder;
  /** Host folder that becomes `data/`. */
  dataRoot: string;
  policy: LimitPolicy;
  /** Its way to the platform, where it has one. */
  gateway?: Pick<PlatformGateway, 'taskId'>;
}): RunSpec {
  const { record, run, plugin, folder, dataRoot, policy, gateway } = options;
  return {
    runId: `${record.key}.${record.attempt}.${run}`,
    taskKey: record.key,
    attempt: record.attempt,
    plugin: plugin.manifest.name,
    image: plugin.image,
    args: plugin.args(record.task.spec.action),
    mounts: [
      ...planMounts(folder, dataRoot),
      ...(plugin.script === undefined ? [] : [readOnly(folder.script, 'script')]),
      ...(gateway === undefined ? [] : [readOnly(folder.gateway, 'gateway')]),
    ],
    outputFolder: folder.results,
    env: {
      LOG_LEVEL: 'INFO',
      LANG: 'C.UTF-8',
      PYTHONUNBUFFERED: '1',
      SLY_TASK_DIR: TASK_DIR,
      ...scriptEnv(record, plugin, gateway),
    },
    limits: planLimits(plugin.manifest, policy),
    gpu: plugin.manifest.resources?.gpu === true,
  };
}

/** What plugins/python/run_script.py goes by; the numbers have the names the SDK knows. */
function scriptEnv(
  record: AttemptRecord,
  plugin: PluginInfo,
  gateway: Pick<PlatformGateway, 'taskId'> | undefined,
): Record<string, string> {
  if (plugin.script === undefined) return {};
  const { spec } = record.task;
  return {
    SLY_SCRIPT: `${TASK_DIR}/script/${copyName(plugin)}`,
    ...(spec.action === 'export' ? { PROJECT_ID: String(spec.projectId) } : {}),
    ...(gateway === undefined
      ? {}
      : {
          SLY_GATEWAY: `${TASK_DIR}/gateway/${GATEWAY_SOCKET}`,
          TASK_ID: String(gateway.taskId ?? record.key),
        }),
  };
}

const readOnly = (source: string, name: string): Mount => ({
  source,
  target: `${TASK_DIR}/${name}`,
  readOnly: true,
});

export function planMounts(folder: TaskFolder, dataRoot: string): Mount[] {
  const config = ['task_config.json', 'task_settings.json'].map((name) =>
    readOnly(path.join(folder.sly, name), name),
  );
  return [
    ...config,
    readOnly(dataRoot, 'data'),
    { source: folder.results, target: `${TASK_DIR}/results`, readOnly: false },
  ];
}

/**
 * The same text goes to `task_config.json` and, for old images, `task_settings.json`. `project` is the
 * wanted name of an import and the folder below `data/` of an export.
 */
export function planConfig(
  record: AttemptRecord,
  action: TaskConfig['action'],
  options: Record<string, unknown>,
  project: string,
): TaskConfig {
  const spec = record.task.spec;
  return {
    action,
    task_id: record.key,
    res_names: { project },
    options,
    append_to_existing_project: spec.action === 'import' && spec.appendToProjectId !== undefined,
  };
}
