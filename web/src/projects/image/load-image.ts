/** All that the viewer shows of one image, with its neighbours in what is looked at. */
import { call } from '../../api.ts';
import type { AnnotationOf, Image, ImageAnnotation, Project } from '../../shapes.ts';
import type { GalleryFilter } from '../gallery-filter.ts';
import { type Neighbours, neighboursOf } from '../neighbours.ts';

export interface LoadedImage extends Neighbours {
  image: Image;
  annotation: ImageAnnotation;
}

export async function loadImage(
  project: Project,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<LoadedImage> {
  const [image, found, neighbours] = await Promise.all([
    call<Image>('images.info', { id }, signal),
    call<AnnotationOf>('annotations.info', { imageId: id, integerCoords: false }, signal),
    neighboursOf(project, id, filter, signal),
  ]);
  return { image, annotation: found.annotation, ...neighbours };
}
