/** Which paths of the archive are taken, and the next free one. */
import path from 'node:path';
import { SlyError } from '../lib/errors.ts';

export interface ArchivePaths {
  /** The path itself, or with `_01`, `_02`, ... before the ending. Throws SLY_PLUGIN_OUTPUT for what is no path in an archive. */
  take(wanted: string): string;
}

export function createArchivePaths(): ArchivePaths {
  const taken = new Set<string>();
  /** Where to go on counting for a path that is wanted often. */
  const counted = new Map<string, number>();
  return {
    take(wanted) {
      assertInside(wanted);
      let free = wanted;
      if (taken.has(free)) {
        const { dir, name, ext } = path.posix.parse(wanted);
        let number = counted.get(wanted) ?? 0;
        do {
          number++;
          free = path.posix.join(dir, `${name}_${String(number).padStart(2, '0')}${ext}`);
        } while (taken.has(free));
        counted.set(wanted, number);
      }
      taken.add(free);
      return free;
    },
  };
}

function assertInside(wanted: string): void {
  const parts = wanted.split('/');
  if (wanted.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `expected a relative path for the archive, got ${JSON.stringify(wanted)}`,
    });
}
