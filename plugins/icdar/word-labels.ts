/** A quadrangle and its text as labels: several pieces with one instance key where the border cuts it apart. */
import { createHash } from 'node:crypto';
import type { Label, Ring } from '../../src/format/model.ts';
import type { LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { polygonPixels } from '../../src/plugin-kit/to-pixels.ts';

/** How the ground truth writes a word nobody can read. */
export const ILLEGIBLE = '###';

export interface WordLabels {
  /** Empty when the quadrangle is outside of the picture. `key` tells the words of a picture apart. */
  of(picture: LookedAt, ring: Ring, text: string, key: string): Label[];
}

export function createWordLabels(
  project: Pick<ProjectWriter, 'defineClass'>,
  tags: TagNames,
  color: string,
): WordLabels {
  return {
    of(picture, ring, text, key) {
      const pieces = polygonPixels({ exterior: ring, interior: [] }, picture);
      if (pieces.length === 0) return [];
      const illegible = text === ILLEGIBLE;
      const instance =
        pieces.length < 2
          ? {}
          : { instance: createHash('sha256').update(`${picture.file}\n${key}`).digest('hex').slice(0, 32) };
      return pieces.map((points) => ({
        classTitle: project.defineClass({ title: 'text', shape: 'polygon', color }),
        geometryType: 'polygon',
        shape: 'polygon',
        points,
        tags: illegible ? [tags.none('illegible', 'objectsOnly')] : [],
        description: illegible ? '' : text,
        ...instance,
      }));
    },
  };
}
