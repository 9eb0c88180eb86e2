/** Black pictures in place of those an annotation belongs to and that are not there: one bit a pixel, one file a size. */

import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { pngFile } from '../../src/format/png-file.ts';
import { MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

export interface BlankPictures {
  /** Path below `results/` of a picture of that size; undefined when it would be too large. */
  of(size: { width: number; height: number }): string | undefined;
}

export function createBlankPictures(project: Pick<ProjectWriter, 'resultFile'>): BlankPictures {
  const made = new Map<string, string>();
  return {
    of({ width, height }) {
      if (width * height > MAX_DECODED_PIXELS) return undefined;
      const key = `${width} ${height}`;
      let result = made.get(key);
      if (result === undefined) {
        const file = project.resultFile('blank.png');
        writeFileSync(file.absolute, blankPng(width, height));
        result = file.result;
        made.set(key, result);
      }
      return result;
    },
  };
}

function blankPng(width: number, height: number): Buffer {
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return pngFile({ width, height, depth: 1, colorType: 0 }, deflateSync(rows));
}
