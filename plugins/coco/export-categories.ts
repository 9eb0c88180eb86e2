/**
 * Which category a class is written as. The classes an import makes of one category (`car`, `car_bbox`,
 * `car_mask`) go back into that one, unless two of them have the same shape. Ids follow the order of the
 * classes of the project.
 */
import type { ClassMeta, ProjectMeta } from '../../src/format/model.ts';
import { type Keypoints, keypointsOf } from './skeleton.ts';

export interface ExportCategory {
  id: number;
  name: string;
  supercategory: string;
  keypoints?: Keypoints;
}

export interface ExportCategories {
  list: ExportCategory[];
  byClass: ReadonlyMap<string, ExportCategory>;
}

const SUFFIXES: Readonly<Record<string, RegExp>> = {
  rectangle: /[_ ]bbox$/,
  polygon: /_polygon$/,
  bitmap: /_mask$/,
};

export function planCategories(meta: ProjectMeta): ExportCategories {
  const byTitle = new Map(meta.classes.map((one) => [one.title, one]));
  const list: ExportCategory[] = [];
  const byName = new Map<string, ExportCategory>();
  const byClass = new Map<string, ExportCategory>();
  for (const one of meta.classes) {
    const name = categoryName(one, byTitle);
    let category = byName.get(name);
    if (category === undefined) {
      category = { id: list.length + 1, name, supercategory: supercategoryOf(one) ?? name };
      list.push(category);
      byName.set(name, category);
    }
    if (one.shape === 'graph') category.keypoints = keypointsOf(one.geometry_config);
    byClass.set(one.title, category);
  }
  return { list, byClass };
}

function categoryName({ title, shape }: ClassMeta, byTitle: ReadonlyMap<string, ClassMeta>): string {
  const suffix = SUFFIXES[shape];
  if (suffix === undefined || !suffix.test(title)) return title;
  const name = title.replace(suffix, '');
  const owner = byTitle.get(name);
  // A box may be all that a category has; the other suffixes only tell shapes of one name apart.
  if (name === '' || owner?.shape === shape || (owner === undefined && shape !== 'rectangle')) return title;
  return name;
}

function supercategoryOf({ description }: ClassMeta): string | undefined {
  return /^supercategory: (.+)$/.exec(description ?? '')?.[1];
}
