/** A line a plugin printed -> log line, progress, or the reason of its failure. Pure. */
import type { Progress } from '../../protocol/task.ts';
import type { TaskLogLevel } from './task-log.ts';

export interface PluginSaid {
  level: TaskLogLevel;
  message: string;
  extra: Record<string, unknown>;
  progress?: Progress;
  /** An error line in the kit's shape: the best explanation of a later non-zero exit. */
  failure?: { code?: string; detail: string; hint?: string; file?: string };
}

const LEVELS: Record<string, TaskLogLevel> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  critical: 'error',
};
const MAX_EXTRA_KEYS = 20;

export function readPluginLine(text: string, stream: 'stdout' | 'stderr', truncated: boolean): PluginSaid {
  const json = text.startsWith('{') && !truncated ? parseObject(text) : undefined;
  const message = json?.message;
  if (json === undefined || typeof message !== 'string') {
    return {
      level: stream === 'stderr' ? 'warn' : 'info',
      message: text,
      extra: truncated ? { truncated: true } : {},
    };
  }
  const level = typeof json.level === 'string' ? (LEVELS[json.level.toLowerCase()] ?? 'info') : 'info';
  // The task id, time and attempt are ours to stamp, whatever the plugin claims.
  const { message: _m, level: _l, time: _t, timestamp: _ts, task_id: _id, from: _f, run: _r, ...rest } = json;
  const said: PluginSaid = {
    level,
    message,
    extra: Object.fromEntries(Object.entries(rest).slice(0, MAX_EXTRA_KEYS)),
  };
  const event = typeof json.event_type === 'string' ? json.event_type.replace(/^EventType\./, '') : undefined;
  if (event === 'PROGRESS' && typeof json.current === 'number') {
    const total = typeof json.total === 'number' ? { total: json.total } : {};
    said.progress = {
      phase: typeof json.subtask === 'string' ? json.subtask : 'converting',
      [json.is_size === true ? 'bytes' : 'items']: { done: json.current, ...total },
    };
  }
  if (level === 'error') {
    said.failure = {
      detail: typeof json.detail === 'string' ? json.detail : message,
      ...(typeof json.code === 'string' ? { code: json.code } : {}),
      ...(typeof json.hint === 'string' ? { hint: json.hint } : {}),
      ...(typeof json.file === 'string' ? { file: json.file } : {}),
    };
  }
  return said;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
