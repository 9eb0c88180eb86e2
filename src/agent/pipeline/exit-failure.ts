/** How a run ended -> the failure a person reads. Pure; every reason is told apart. */
import { ERROR_CODES, type ErrorCodeName } from '../../lib/error-codes.ts';
import { SlyError } from '../../lib/errors.ts';
import type { RunExit, RunLimits } from '../ports/runner.ts';
import type { PluginSaid } from './plugin-output.ts';

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
const mb = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

/** Undefined when the run ended well. */
export function exitFailure(
  exit: RunExit,
  plugin: string,
  limits: RunLimits,
  words: {
    /** The last error line in the kit's shape. */
    said: PluginSaid['failure'] | undefined;
    /** The last lines on stderr; '' when there were none. */
    lastWords: string;
  },
): SlyError | undefined {
  const { said, lastWords } = words;
  const ran = seconds(exit.endedAt - exit.startedAt);
  switch (exit.reason) {
    case 'exit': {
      if (exit.code === 0) return undefined;
      const known =
        said?.code !== undefined && said.code in ERROR_CODES
          ? (said.code as ErrorCodeName)
          : 'SLY_PLUGIN_EXIT';
      const exited = `${plugin} exited with code ${exit.code} after ${ran}`;
      return new SlyError(known, {
        detail: said?.detail ?? (lastWords === '' ? exited : `${exited}. Its last words:\n${lastWords}`),
        hint: said?.hint ?? 'The log of the task shows what it said last.',
        ...(said?.file === undefined ? {} : { file: said.file }),
        retryable: false,
      });
    }
    case 'oom':
      return new SlyError('SLY_PLUGIN_OOM', {
        detail: `${plugin} was ended at ${mb(limits.memoryBytes)} after ${ran}`,
        hint: 'Raise limits.memory_mb in the configuration, or split the dataset.',
      });
    case 'wall':
      return new SlyError('SLY_PLUGIN_WALL', {
        detail: `${plugin} ran ${ran}, the limit is ${seconds(limits.wallMs)}`,
        hint: 'Raise limits.wall_seconds in the configuration, or split the dataset.',
      });
    case 'idle':
      return new SlyError('SLY_PLUGIN_IDLE', {
        detail: `${plugin} printed nothing for ${seconds(limits.idleMs)}`,
        hint: 'It probably hangs; raise limits.idle_seconds if it only is slow.',
      });
    case 'output-limit':
      return new SlyError('SLY_PLUGIN_OUTPUT_LIMIT', {
        detail: `${plugin} wrote more than ${mb(limits.outputBytes)}`,
        hint: 'Raise limits.output_mb in the configuration if that is right for this dataset.',
      });
    case 'lost':
      return new SlyError('SLY_PLUGIN_LOST', { detail: exit.detail });
    case 'start-failed':
      return new SlyError('SLY_RUNNER_UNAVAILABLE', { detail: exit.detail });
    case 'stopped':
    case 'killed':
      return new SlyError('SLY_PLUGIN_LOST', {
        detail: `${plugin} was ended from outside after ${ran} (${exit.detail})`,
      });
  }
}
