/**
 * Classes of formats whose labels have a name and any shape: the first shape of a name gets the class of that name,
 * every other shape one with a suffix (`car`, then `car_bbox`). The project renames what clashes even so.
 */
import type { GeometryType } from '../format/model.ts';
import type { ProjectWriter } from './plugin.ts';

export interface ShapeClasses {
  /** Title to use for a label of that name and shape. `more` counts at the first call for the pair. */
  titleOf(
    name: string,
    shape: GeometryType,
    more?: { color?: string; geometry_config?: Record<string, unknown>; description?: string },
  ): string;
}

export const SHAPE_SUFFIXES: Readonly<Record<GeometryType, string>> = {
  rectangle: 'bbox',
  oriented_bbox: 'rbox',
  polygon: 'polygon',
  multipolygon: 'multipolygon',
  line: 'line',
  point: 'point',
  bitmap: 'mask',
  alpha_mask: 'alpha',
  multichannelBitmap: 'channels',
  graph: 'kp',
  cuboid: 'cuboid',
  cuboid_2d: 'cuboid',
};

export function createShapeClasses(project: Pick<ProjectWriter, 'defineClass'>): ShapeClasses {
  const first = new Map<string, GeometryType>();
  const titles = new Map<string, string>();
  return {
    titleOf(name, shape, more = {}) {
      const key = `${shape}\n${name}`;
      let title = titles.get(key);
      if (title === undefined) {
        const owner = first.get(name) ?? shape;
        first.set(name, owner);
        const wanted = owner === shape ? name : `${name}_${SHAPE_SUFFIXES[shape]}`;
        title = project.defineClass({ title: wanted, shape, ...more });
        titles.set(key, title);
      }
      return title;
    },
  };
}
