/**
 * `task_config.json` as the host needs it. Checked by hand: the agent wrote it from the schema, and loading
 * the schema library would make up most of a plugin's start.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isRecord, shown } from '../format/problem.ts';
import { SlyError } from '../lib/errors.ts';

export interface PluginTask {
  project: string;
  options: Record<string, unknown>;
}

export function readTaskConfig(taskFolder: string): PluginTask {
  const json: unknown = JSON.parse(readFileSync(path.join(taskFolder, 'task_config.json'), 'utf8'));
  if (!isRecord(json)) throw invalid('an object', json);
  const names = json.res_names;
  if (!isRecord(names) || typeof names.project !== 'string')
    throw invalid('a text at res_names.project', names);
  const options = json.options ?? {};
  if (!isRecord(options)) throw invalid('an object at options', options);
  return { project: names.project, options };
}

/** Defaults of the manifest's schema for what is not given: the agent did that already, a person at a shell did not. */
export function withDefaults(
  options: Record<string, unknown>,
  schema: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const complete = { ...options };
  for (const [key, property] of Object.entries(isRecord(schema?.properties) ? schema.properties : {})) {
    if (complete[key] === undefined && isRecord(property) && property.default !== undefined)
      complete[key] = structuredClone(property.default);
  }
  return complete;
}

function invalid(expected: string, got: unknown): SlyError {
  return new SlyError('SLY_BAD_MESSAGE', {
    detail: `task_config.json: expected ${expected}, got ${shown(got)}`,
  });
}
