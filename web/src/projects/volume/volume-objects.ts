/** The figures of a volume as one list, and which of them lie in a slice. */
import { boxOf, shapesOf } from '../../draw/shapes.ts';
import { type FrameObject, frameObject } from '../video/frame-objects.ts';
import { PLANES, type Plane, type Triple } from './planes.ts';

interface VolumeFigure {
  id: number;
  objectId?: number;
  geometryType: string;
  geometry?: Record<string, unknown>;
}

export interface VolumeAnnotation {
  tags: object[];
  objects: { id: number; classTitle: string; tags: object[] }[];
  planes: { name: string; slices: { index: number; figures: VolumeFigure[] }[] }[];
  spatialFigures: VolumeFigure[];
}

export interface VolumeObject {
  classTitle: string;
  tags: object[];
  /** With the slice, for the list. */
  geometryType: string;
  /** Undefined for one in space. */
  slice: { plane: Plane; index: number; drawn: FrameObject } | undefined;
  figure: VolumeFigure;
}

export function volumeObjects(annotation: VolumeAnnotation): VolumeObject[] {
  const objects = new Map(annotation.objects.map((one) => [one.id, one]));
  const common = (figure: VolumeFigure) => {
    const { classTitle = 'unknown', tags = [] } = objects.get(figure.objectId ?? 0) ?? {};
    return { classTitle, tags, figure };
  };
  const flat = PLANES.flatMap((plane) =>
    (annotation.planes.find((one) => one.name === plane.name)?.slices ?? []).flatMap(({ index, figures }) =>
      figures.map((figure): VolumeObject => {
        const { geometryType, geometry = {} } = figure;
        const one = common(figure);
        const drawn = frameObject({ ...one, id: figure.id, objectId: null, geometryType, geometry });
        return {
          ...one,
          geometryType: `${geometryType}, ${plane.name} ${index}`,
          slice: { plane, index, drawn },
        };
      }),
    ),
  );
  const spatial = annotation.spatialFigures.map(
    (figure): VolumeObject => ({ ...common(figure), geometryType: figure.geometryType, slice: undefined }),
  );
  return [...flat, ...spatial];
}

/** Numbers in the list of the objects in each slice, by `sliceKey`. */
export function bySlice(objects: readonly VolumeObject[]): ReadonlyMap<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [at, { slice }] of objects.entries()) {
    if (slice === undefined) continue;
    const key = sliceKey(slice.plane, slice.index);
    const list = found.get(key);
    if (list === undefined) found.set(key, [at]);
    else list.push(at);
  }
  return found;
}

export const sliceKey = (plane: Plane, index: number): string => `${plane.name} ${index}`;

/** The voxel in the middle of an object in a slice. */
export function middleOf({ slice }: VolumeObject, from: Triple): Triple {
  if (slice === undefined) return from;
  const middle: Triple = [...from];
  middle[slice.plane.normal] = slice.index;
  const box = boxOf(shapesOf(slice.drawn, new Map()));
  if (box === undefined) return middle;
  middle[slice.plane.column] = Math.floor((box.left + box.right) / 2);
  middle[slice.plane.row] = Math.floor((box.top + box.bottom) / 2);
  return middle;
}
