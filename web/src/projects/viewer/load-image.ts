/** All that the viewer shows of one image, with its neighbours in what is looked at. */
import { call } from '../../api.ts';
import type { AnnotationOf, Image, ImageAnnotation, Page } from '../../shapes.ts';
import { type GalleryFilter, imagesOf } from '../gallery-filter.ts';

export interface LoadedImage {
  image: Image;
  annotation: ImageAnnotation;
  previous: number | undefined;
  next: number | undefined;
}

export async function loadImage(
  projectId: number,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<LoadedImage> {
  const [image, found, previous, next] = await Promise.all([
    call<Image>('images.info', { id }, signal),
    call<AnnotationOf>('annotations.info', { imageId: id, integerCoords: false }, signal),
    neighbour(projectId, id, filter, '<', signal),
    neighbour(projectId, id, filter, '>', signal),
  ]);
  return { image, annotation: found.annotation, previous, next };
}

async function neighbour(
  projectId: number,
  id: number,
  filter: GalleryFilter,
  operator: '<' | '>',
  signal: AbortSignal,
): Promise<number | undefined> {
  const page = await call<Page<Image>>(
    'images.list',
    {
      ...imagesOf(projectId, filter, [{ field: 'id', operator, value: id }]),
      sort: 'id',
      sort_order: operator === '<' ? 'desc' : 'asc',
      per_page: 1,
      fields: ['id'],
    },
    signal,
  );
  return page.entities[0]?.id;
}
