/** Instance masks (class x 256 + number, 16 bits) and semantic masks (class) as bitmaps, pixel by pixel. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { Label } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import { readValues, toValues } from '../../src/plugin-kit/pixels/read-values.ts';
import { splitValues } from '../../src/plugin-kit/pixels/split-values.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { MaskClass } from './class-table.ts';

const NOTHING: ReadonlySet<number> = new Set([0]);

export interface MaskLabels {
  /** Throws SLY_IMAGE_UNREADABLE, and SLY_FORMAT_INVALID for a mask of another size or kind. */
  read(file: string, kind: 'instance' | 'semantic', picture: LookedAt): Promise<Label[]>;
}

export function createMaskLabels(
  tree: SourceTree,
  classes: ShapeClasses,
  table: ReadonlyMap<number, MaskClass>,
  onUnknown: (file: string, id: number) => void,
): MaskLabels {
  function titleOf(file: string, id: number): string {
    const known = table.get(id);
    if (known === undefined) onUnknown(file, id);
    const { name, color } = known ?? { name: `class_${id}`, color: undefined };
    return classes.titleOf(name, 'bitmap', color === undefined ? {} : { color });
  }

  return {
    async read(file, kind, { width, height }) {
      const image = await readValues(tree.locate(file));
      if (image.width !== width || image.height !== height)
        throw wrong(
          file,
          `the size of its picture, ${width} x ${height}`,
          `${image.width} x ${image.height}`,
        );
      const wide = image.data instanceof Uint16Array;
      if (image.channels > 2 || wide !== (kind === 'instance'))
        throw wrong(
          file,
          kind === 'instance' ? 'one channel of 16 bits' : 'one channel of 8 bits',
          `${image.channels} of ${wide ? 16 : 8} bits`,
        );
      const masks = splitValues(toValues(image), width, height, NOTHING);
      return [...masks].map(([value, mask]) => ({
        classTitle: titleOf(file, kind === 'instance' ? value >> 8 : value),
        geometryType: 'bitmap',
        shape: 'bitmap',
        bitmap: encodeBitmap(mask),
        tags: [],
        description: '',
      }));
    },
  };
}

function wrong(file: string, expected: string, got: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `expected a mask of ${expected}, got ${got}`, file });
}
