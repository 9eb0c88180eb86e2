/** Options of a run in words, the same for every runner. Pure. */
import type { RunOption } from '../../protocol/run-record.ts';

export const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** `weaker` is said only where it is: `option('Network', 'bridge', true, 'It can reach ...')`. */
export function option(name: string, value: string, isWeaker = false, why = ''): RunOption {
  return isWeaker ? { name, value, weaker: why } : { name, value };
}

/** A limit that is not there is said, whatever was asked for. */
export function limit(
  name: string,
  value: number | null | undefined,
  words: (value: number) => string,
): RunOption {
  const isSet = value != null && value > 0;
  return option(name, isSet ? words(value) : 'no limit', !isSet, 'Only the machine itself is the limit.');
}

export function folderOption(mount: { target: string; writable: boolean }, outputs: string): RunOption {
  const { target, writable } = mount;
  return option(
    `Folder ${target}`,
    writable ? 'writable' : 'read-only',
    writable && target !== outputs,
    'By itself only the folder of the results is writable.',
  );
}
