/** The name of an archive entry -> a path we may write, or why not. Pure. */
import type { ReportLine } from '../../../protocol/task.ts';
import { failed } from '../left-out.ts';
import { dangerError, limitError, type UnpackLimits } from './unpack-limits.ts';

const MAX_PART_BYTES = 255;

/**
 * Clean `/` separated path ('' = the root of the archive itself), or the line that refuses this one entry.
 * Throws SLY_ARCHIVE_DANGER for a name that leads out, whatever separator it uses, and SLY_ARCHIVE_LIMIT for
 * one that is too long or too deep: no honest tool makes those.
 */
export function cleanEntryName(raw: string, limits: UnpackLimits): string | ReportLine {
  if (/^[/\\]/.test(raw)) throw dangerError(raw, 'has an absolute path');
  if (/^[A-Za-z]:/.test(raw)) throw dangerError(raw, 'has a drive letter');
  if (raw.split(/[/\\]/).includes('..')) throw dangerError(raw, 'leads out of the archive');
  if (Buffer.byteLength(raw) > limits.pathBytes)
    throw limitError(
      `the path ${JSON.stringify(`${raw.slice(0, 60)}...`)} is longer than ${limits.pathBytes} bytes`,
    );
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length > limits.depth)
    throw limitError(
      `the path ${JSON.stringify(`${raw.slice(0, 60)}...`)} is deeper than ${limits.depth} folders`,
    );
  if (raw.includes('\0'))
    return failed(raw.replaceAll('\0', '\\0'), 'SLY_FILE_NAME', 'its name holds a zero byte');
  if (raw.includes('\ufffd')) return failed(raw, 'SLY_FILE_NAME', 'its name is not valid UTF-8');
  if (parts.some((part) => Buffer.byteLength(part) > MAX_PART_BYTES))
    return failed(raw, 'SLY_FILE_NAME', `a part of its path is longer than ${MAX_PART_BYTES} bytes`);
  return parts.join('/');
}

/** Names that are one and the same on a file system that ignores case or Unicode form. */
export function foldName(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}
