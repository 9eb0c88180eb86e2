/** From a source and what is known about it to a task. Pure. */
import path from 'node:path';
import type { RoutingRule } from '../../lib/config/options.ts';
import type { Task } from '../../protocol/task.ts';
import { printable, stemOf } from './file-names.ts';
import type { TaskFile } from './task-file.ts';

export interface ImportPlanInput {
  name: string;
  isFolder: boolean;
  version: number;
  taskFile: TaskFile | undefined;
  routes: readonly RoutingRule[];
  key: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** The task file wins over the first routing rule that matches; without a plugin from either, the format is detected. */
export function planImport(input: ImportPlanInput): Task {
  const { name, isFolder, version, taskFile = {}, key, now } = input;
  const route = routeFor(input.routes, name);
  const plugin = taskFile.plugin ?? route?.plugin;
  // Options of a rule were meant for the rule's plugin.
  const routed = taskFile.plugin === undefined || taskFile.plugin === route?.plugin ? route?.options : {};
  const project = taskFile.project ?? route?.project ?? stemOf(name, isFolder);
  return {
    key,
    title: `Import ${printable(name)}${version > 1 ? ` (version ${version})` : ''}`,
    priority: taskFile.priority ?? 0,
    createdAt: new Date(now).toISOString(),
    spec: {
      action: 'import',
      source: { kind: 'upload', path: name },
      ...(plugin === undefined ? {} : { plugin }),
      options: { ...routed, ...taskFile.options },
      projectName: printable(project),
      conflict: taskFile.conflict ?? 'rename',
    },
  };
}

/** A rule matches the name of a source itself, or by a pattern for what is below it (`photos/**`). */
export function routeFor(routes: readonly RoutingRule[], name: string): RoutingRule | undefined {
  return routes.find(({ match }) => {
    const pattern = match.replace(/^\.?\/+/, '').replace(/\/(?:\*\*?)?$/, '');
    return pattern === name || path.matchesGlob(name, pattern);
  });
}
