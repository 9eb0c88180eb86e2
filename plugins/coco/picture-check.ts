/** Reads the size of pictures a few at once, ahead of the one that is asked for, in order. */

import { type SlyError, toSlyError } from '../../src/lib/errors.ts';
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export interface Picture {
  width: number;
  height: number;
  mime: string;
}

export interface PictureQueue {
  /** Of the next file; undefined for one that is a link, an error for what is no picture. */
  next(): Promise<Picture | SlyError | undefined>;
}

const AT_ONCE = 8;

export function createPictureCheck(tree: SourceTree): {
  ahead(files: readonly (string | undefined)[]): PictureQueue;
} {
  async function probe(file: string | undefined): Promise<Picture | SlyError | undefined> {
    if (file === undefined) return undefined;
    try {
      return await probeImage(tree.locate(file));
    } catch (error) {
      return toSlyError(error);
    }
  }
  return {
    ahead(files) {
      const running: Promise<Picture | SlyError | undefined>[] = [];
      let started = 0;
      return {
        next() {
          for (; running.length < AT_ONCE && started < files.length; started++)
            running.push(probe(files[started]));
          return running.shift() ?? Promise.resolve(undefined);
        },
      };
    },
  };
}
