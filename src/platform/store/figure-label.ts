import type { OpaqueLabel, Tag } from '../../format/model.ts';
import type { FigureRow } from './repositories/figures.ts';

/** A figure that was added to an image apart from its annotation, as a label: the geometry stands beside the other keys. */
export function figureLabel(
  figure: Pick<FigureRow, 'geometry' | 'rest' | 'classTitle' | 'geometryType'>,
  tags: readonly Tag[],
): OpaqueLabel {
  return {
    ...(JSON.parse(figure.geometry) as object),
    ...(JSON.parse(figure.rest) as object),
    classTitle: figure.classTitle ?? '',
    geometryType: figure.geometryType,
    shape: figure.geometryType,
    tags: [...tags],
  };
}
