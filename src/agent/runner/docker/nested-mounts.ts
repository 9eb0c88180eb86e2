/**
 * A read-only bind mount of older engines is read-only at its top alone: a disk or share mounted below the source
 * would be writable inside. So each is mounted on its own, read-only, over a parent that is bound without them.
 */
import path from 'node:path';
import { isInside } from '../../../lib/safe-path.ts';
import type { Mount } from '../../ports/runner.ts';

/** Mount points of this process, from the text of /proc/self/mountinfo. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((point): point is string => point !== undefined)
    .map(unescapeMount);
}

export function withNested(mounts: readonly Mount[], points: readonly string[]): Mount[] {
  return mounts.flatMap((mount) => {
    if (!mount.readOnly) return [mount];
    const below = points.filter((point) => point !== mount.source && isInside(mount.source, point));
    return [
      mount,
      ...[...new Set(below)].sort().map((point) => ({
        source: point,
        target: path.posix.join(mount.target, path.relative(mount.source, point)),
        readOnly: true,
      })),
    ];
  });
}

/** The kernel writes blanks and backslashes as three octal digits. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
