/** PNGs that are masks and no pictures: those a table names, and those that only look like it. */
import { readFileSync, statSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import { type PngForeground, pngForeground } from '../../src/plugin-kit/pixels/foreground.ts';
import type { Reporter, SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { placeOf } from './box-labels.ts';
import type { Row } from './picture-rows.ts';

export interface MaskFiles {
  /** A table names this file. */
  name(maskPath: string): void;
  read(row: Row, size: Size): Promise<PngForeground | undefined>;
  /** Masks nobody read are told apart from pictures. Call it before the rest of the pictures is imported. */
  finish(): Promise<void>;
}

/** `<image>_<class>_<box>.png`. */
const MASK_NAME = /_[a-z]?[A-Za-z0-9]+_[0-9a-f]{8}\.png$/;
const MAX_BYTES = 64 << 20;

export function createMaskFiles({
  tree,
  items,
  report,
}: {
  tree: SourceTree;
  items: LabelledItems;
  report: Reporter;
}): MaskFiles {
  const match = createImageMatcher(tree);
  const named = new Set<string>();
  const read = new Set<string>();
  return {
    name(maskPath) {
      const base = maskPath.slice(maskPath.lastIndexOf('/') + 1);
      for (const { path } of tree.byBaseName(base)) {
        named.add(path);
        items.claim(path);
      }
    },
    async read(row, size) {
      const maskPath = row.cell('maskpath');
      const file = match(maskPath, row.table.file)?.file;
      if (file === undefined) {
        items.book.note('warning', 'masks that are not here', () => ({
          ...placeOf(row),
          code: 'SLY_NOT_FOUND',
          message: `expected the mask ${JSON.stringify(maskPath.slice(0, 200))}, got no such file; its object has a box at most`,
        }));
        return undefined;
      }
      items.claim(file);
      read.add(file);
      const absolute = tree.locate(file);
      const { size: bytes } = statSync(absolute);
      if (bytes > MAX_BYTES)
        throw new SlyError('SLY_IMAGE_UNREADABLE', {
          detail: `expected a mask of at most ${MAX_BYTES} bytes, got ${bytes}`,
        });
      const found = pngForeground(readFileSync(absolute), size);
      await report.used(file, 'mask');
      return found;
    },
    async finish() {
      for (const { path } of tree.files) {
        if (read.has(path) || !isImageName(path)) continue;
        const isMask = named.has(path) || (MASK_NAME.test(path) && /(?:^|\/)[^/]*masks?[^/]*\//i.test(path));
        if (!isMask) continue;
        items.claim(path);
        items.book.note('skipped', 'masks without a picture or a row', () => ({
          file: path,
          code: 'SLY_FILE_UNUSED',
          message: named.has(path)
            ? 'expected the picture of this mask, got none'
            : 'expected a row that names this mask, got none',
        }));
      }
      await items.book.flush();
    },
  };
}
