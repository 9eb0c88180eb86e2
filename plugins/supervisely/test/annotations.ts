/** What an import says of entities, as the annotation files they came from. */
import type { FoundFigure } from '../../../src/format/annotation-file.ts';
import type { HereResult } from '../../../test/support/import-here.ts';

type Json = Record<string, unknown>;

/** Description, tags, objects and figures of each item, `dataset/name`; pictures beside as `dataset/name/picture`. */
export function annotationsOf({ items, figures, episodes }: HereResult): Record<string, Json> {
  const found: Record<string, Json> = {};
  const names = new Map(items.map(({ key, dataset, name }) => [key, `${dataset}/${name}`]));
  for (const { dataset, ann } of episodes) found[dataset] = { ...ann, figures: [] };
  for (const { dataset, name, ann } of items)
    found[`${dataset}/${name}`] = { ...(ann as Json | undefined), figures: [] };
  for (const { of, related, figures: some } of figures) {
    const name = [names.get(of) ?? '?', ...(related === undefined ? [] : [related])].join('/');
    const before = (found[name]?.figures ?? []) as unknown[];
    found[name] = { ...found[name], figures: [...before, ...some] };
  }
  return found;
}

export const figuresOf = (one: Json | undefined): Json[] => (one?.figures ?? []) as Json[];

/** The same of an annotation file: figures in one list, with the frame or slice they are of. */
export function flatAnnotation(json: Json): Json {
  const { description, tags, objects } = json;
  const figures: unknown[] = [];
  const add = (list: unknown, where: Pick<FoundFigure, 'frame' | 'plane'>): void => {
    for (const figure of (list ?? []) as Json[]) figures.push({ ...figure, ...where });
  };
  for (const { index, figures: list } of (json.frames ?? []) as Json[]) add(list, { frame: index as number });
  add(json.figures, {});
  for (const { name, slices } of (json.planes ?? []) as Json[])
    for (const { index, figures: list } of slices as Json[])
      add(list, { frame: index as number, plane: name });
  add(json.spatialFigures, {});
  return { description, tags, objects, figures };
}
