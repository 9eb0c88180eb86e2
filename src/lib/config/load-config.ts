/** flag > env > file > default; checked whole, every mistake named at once, frozen. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Type } from 'typebox';

import { errnoOf, SlyError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { createParser } from '../schema.ts';
import { parseYaml } from '../yaml.ts';
import { type Config, OPTIONS, type OptionName, type OptionSpec, type Origin } from './options.ts';

export interface LoadedConfig {
  config: Config;
  origins: Record<string, Origin>;
  /** The file that was read, if any. */
  file: string | undefined;
  /** What the operator should know: old names used, plain tokens. */
  notes: string[];
}

export interface ConfigInputs {
  flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  /** Named by the operator (must exist) or the default place (may be missing). */
  file?: { path: string; required: boolean };
  cwd: string;
}

const routes = createParser(
  Type.Array(
    Type.Object(
      {
        match: Type.String({ minLength: 1 }),
        plugin: Type.Optional(Type.String()),
        project: Type.Optional(Type.String()),
        options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      },
      { additionalProperties: false },
    ),
  ),
  'SLY_CONFIG',
);

export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const problems: string[] = [];
  const notes: string[] = [];
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const file = readConfigFile(inputs.file);
  const known = Object.keys(OPTIONS);

  for (const key of Object.keys(file?.values ?? {})) {
    if (key === 'routes' || key in OPTIONS) continue;
    const close = nearest(key, [...known, 'routes']);
    problems.push(
      `${file?.path}: unknown key ${key}${close === undefined ? '' : `, did you mean ${close}?`}`,
    );
  }
  for (const key of Object.keys(inputs.env)) {
    if (!key.startsWith('SLY_') || isKnownEnv(key)) continue;
    const close = nearest(
      key,
      Object.values(OPTIONS).map((option) => option.env),
    );
    if (close !== undefined) notes.push(`environment variable ${key} is not known, did you mean ${close}?`);
  }

  for (const name of known as OptionName[]) {
    const option: OptionSpec = OPTIONS[name];
    const [raw, origin, from] = pick(name, option, inputs, file, notes);
    origins[name] = origin;
    try {
      values[name] =
        raw === undefined
          ? undefined
          : convert(option, raw, origin === 'file' && file ? path.dirname(file.path) : inputs.cwd);
    } catch (error) {
      problems.push(`${from}: ${(error as Error).message}`);
    }
  }
  try {
    values.routes = routes.parse(file?.values.routes ?? [], `${file?.path ?? ''} routes`);
  } catch (error) {
    problems.push((error as SlyError).detail);
  }
  if (problems.length > 0) {
    throw new SlyError('SLY_CONFIG', {
      detail: problems.join('; '),
      hint: 'See `sly-agent help config` for every setting.',
    });
  }
  return { config: Object.freeze(values) as unknown as Config, origins, file: file?.path, notes };
}

type Picked = [raw: unknown, origin: Origin, from: string];

function pick(
  name: string,
  option: OptionSpec,
  inputs: ConfigInputs,
  file: { path: string; values: Record<string, unknown> } | undefined,
  notes: string[],
): Picked {
  const flag = inputs.flags[name];
  if (flag !== undefined) return [flag, 'flag', `--${name.replaceAll('_', '-')}`];
  const env = inputs.env[option.env];
  if (env !== undefined && env !== '') return [env, 'env', option.env];
  for (const old of option.oldEnv ?? []) {
    const value = inputs.env[old];
    if (value === undefined || value === '') continue;
    notes.push(`${old} is understood as ${option.env}`);
    return [fromOld(old, value), 'env', old];
  }
  const fromFile = file?.values[name];
  if (fromFile !== undefined && fromFile !== null) return [fromFile, 'file', `${file?.path}: ${name}`];
  return [option.default, 'default', name];
}

/** The earlier agent's values for the same setting. */
function fromOld(name: string, value: string): string {
  if (name === 'PULL_POLICY') return value.toLowerCase() === 'never' ? 'never' : 'if-missing';
  return value;
}

function convert(option: OptionSpec, raw: unknown, base: string): unknown {
  const expected = (what: string): Error =>
    new Error(`expected ${what}, got ${JSON.stringify(option.secret ? '[redacted]' : raw)}`);
  switch (option.kind) {
    case 'text':
      if (typeof raw !== 'string' || raw === '') throw expected('a text');
      return raw;
    case 'path':
      if (typeof raw !== 'string' || raw === '') throw expected('a path');
      return path.resolve(base, raw);
    case 'choice':
      if (!option.choices?.includes(String(raw))) throw expected(`one of ${option.choices?.join(', ')}`);
      return raw;
    case 'flag':
      if (raw === true || raw === 'true' || raw === '1' || raw === 'yes') return true;
      if (raw === false || raw === 'false' || raw === '0' || raw === 'no') return false;
      throw expected('true or false');
    case 'list': {
      const list =
        typeof raw === 'string'
          ? raw
              .split(',')
              .map((part) => part.trim())
              .filter((part) => part !== '')
          : raw;
      if (!Array.isArray(list) || list.some((part) => typeof part !== 'string'))
        throw expected('a list of texts');
      return Object.freeze([...list]);
    }
    case 'integer':
    case 'number': {
      const number =
        typeof raw === 'number'
          ? raw
          : typeof raw === 'string' && raw.trim() !== ''
            ? Number(raw)
            : Number.NaN;
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = option;
      const whole = option.kind === 'integer' ? Number.isInteger(number) : Number.isFinite(number);
      if (!whole || number < min || number > max) {
        const range = `${min === Number.NEGATIVE_INFINITY ? '' : ` of at least ${min}`}${max === Number.POSITIVE_INFINITY ? '' : ` and at most ${max}`}`;
        throw expected(`${option.kind === 'integer' ? 'a whole number' : 'a number'}${range}`);
      }
      return number;
    }
  }
}

function isKnownEnv(key: string): boolean {
  if (['SLY_CONFIG', 'SLY_REQUIRE_DOCKER', 'SLY_TASK_DIR'].includes(key)) return true;
  return Object.values(OPTIONS).some((option) => option.env === key);
}

function readConfigFile(
  file: ConfigInputs['file'],
): { path: string; values: Record<string, unknown> } | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file.path, 'utf8');
  } catch (cause) {
    if (!file.required && errnoOf(cause) === 'ENOENT') return undefined;
    throw new SlyError('SLY_CONFIG', { detail: `${file.path}: ${(cause as Error).message}`, cause });
  }
  let values: unknown;
  try {
    values = parseYaml(text) ?? {};
  } catch (cause) {
    throw new SlyError('SLY_CONFIG', { detail: `${file.path}: ${(cause as Error).message}`, cause });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new SlyError('SLY_CONFIG', { detail: `${file.path}: expected "name: value" lines` });
  }
  return { path: file.path, values: values as Record<string, unknown> };
}
