/** What of a project is looked at: kept in the address, so that a link shows the same and "back" goes back to it. */
export interface GalleryFilter {
  /** 0 = all of the project. */
  dataset: number;
  /** Part of the name. */
  name: string;
  /** Id of a class of which there is an object; 0 = any. */
  classId: number;
  /** Id of a tag of the item, or of an object where the tag is for objects only; 0 = any. */
  tagId: number;
  tagOf: 'item' | 'object';
}

export function readFilter(query: URLSearchParams): GalleryFilter {
  const objectTag = idOf(query.get('object-tag'));
  return {
    dataset: idOf(query.get('dataset')),
    name: query.get('name') ?? '',
    classId: idOf(query.get('class')),
    tagId: objectTag > 0 ? objectTag : idOf(query.get('tag')),
    tagOf: objectTag > 0 ? 'object' : 'item',
  };
}

function idOf(text: string | null): number {
  const id = Number(text ?? '0');
  return Number.isSafeInteger(id) && id > 0 ? id : 0;
}

/** `?dataset=3&name=cat`, or nothing. */
export function filterQuery(filter: GalleryFilter): string {
  const text = new URLSearchParams();
  if (filter.dataset > 0) text.set('dataset', String(filter.dataset));
  if (filter.name !== '') text.set('name', filter.name);
  if (filter.classId > 0) text.set('class', String(filter.classId));
  if (filter.tagId > 0) text.set(filter.tagOf === 'object' ? 'object-tag' : 'tag', String(filter.tagId));
  return text.size === 0 ? '' : `?${text}`;
}

/** Whether it leaves out any item of the dataset. */
export const isNarrow = (filter: GalleryFilter): boolean =>
  filter.name !== '' || filter.classId > 0 || filter.tagId > 0;

/** The part of a list request that says which items. `more` are conditions on single fields. */
export function itemsOf(
  project: { id: number },
  { dataset, name, classId, tagId, tagOf }: GalleryFilter,
  more: readonly { field: string; operator: string; value: unknown }[] = [],
): object {
  const filters = [
    ...(name === '' ? [] : [{ type: 'images_filename', data: { value: name } }]),
    ...(classId === 0 ? [] : [{ type: 'objects_class', data: { classId } }]),
    ...(tagId === 0 ? [] : [{ type: TAG_FILTERS[tagOf], data: { tagId } }]),
  ];
  return {
    ...(dataset > 0 ? { datasetId: dataset } : { projectId: project.id }),
    recursive: true,
    filter: more,
    ...(filters.length === 0 ? {} : { filters }),
  };
}

/** The words of the API, for items of every kind. */
const TAG_FILTERS = { item: 'images_tag', object: 'objects_tag' };
