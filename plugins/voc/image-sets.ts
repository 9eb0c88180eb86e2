/**
 * `ImageSets/<task>/<name>.txt`: which list names a picture. Lists of single classes (`dog_train.txt`) repeat the
 * others and are left alone; `trainval` only counts where no narrower list names the picture.
 */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import { SPLITS } from '../../src/plugin-kit/splits.ts';

export interface ImageSets {
  /** Name of the list; undefined when none names the picture. `stem` without folders and ending. */
  listOf(stem: string): string | undefined;
}

const PATH = /(?:^|\/)ImageSets\/(?:(.*)\/)?([^/]+)\.txt$/i;
const OF_ONE_CLASS = /.+_(?:train|val|trainval|test)$/i;
/** What lists are there for, the broadest first. */
const TASKS = ['main', 'segmentation', 'layout', 'action'];

/** Folder that holds `ImageSets`, `''` for the root of the source; undefined for any other path. */
export function imageSetsRoot(file: string): string | undefined {
  const match = PATH.exec(file);
  return match === null ? undefined : file.slice(0, match.index);
}

export function isClassList(file: string): boolean {
  return OF_ONE_CLASS.test(PATH.exec(file)?.[2] ?? '');
}

/** Names train, val and test first, `trainval` last; among equals the order of `TASKS`. */
export function sortLists(files: readonly string[]): string[] {
  const rank = (file: string): [number, number] => {
    const [, task = '', name = ''] = PATH.exec(file) ?? [];
    const split = (SPLITS as readonly string[]).indexOf(name.toLowerCase());
    const at = TASKS.indexOf(task.toLowerCase());
    const broad = /^(?:trainval|all|default)$/i.test(name);
    return [split >= 0 ? split : broad ? 99 : 50, at < 0 ? TASKS.length : at];
  };
  return [...files].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left[0] - right[0] || left[1] - right[1] || (a < b ? -1 : 1);
  });
}

/** `lists` in the order of `sortLists`, with their texts one at a time. */
export function createImageSets(): ImageSets & { add(file: string, text: string): void } {
  const names = new Map<string, string>();
  return {
    add(file, text) {
      const list = PATH.exec(file)?.[2] ?? '';
      for (const line of text.split(/\r?\n/)) {
        const whole = line.trim();
        if (whole === '') continue;
        // A name may end in a number of its own: both readings are kept.
        for (const entry of new Set([whole, whole.replace(/\s+-?\d+$/, '')])) {
          const base = entry.slice(Math.max(entry.lastIndexOf('/'), entry.lastIndexOf('\\')) + 1);
          const stem = isImageName(base) ? stemOf(base) : base;
          if (!names.has(stem)) names.set(stem, list);
        }
      }
    },
    listOf: (stem) => names.get(stem),
  };
}
