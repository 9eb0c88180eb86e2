/**
 * How an annotation is told: to clients of the API with ids and times, or as its file in Supervisely Format, with
 * keys alone. Figures are text: there may be many, and their geometry is text already.
 */
import { FILES } from '../../../format/sound-geometry.ts';
import type { EntityTagRow, FigureRow, ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { joinObjects } from '../http/json-text.ts';
import type { MetaIds } from './annotation-entity.ts';
import { figureText, objectJson, tagJson } from './label-json.ts';

export interface AnnotationForm {
  /** What it says of whose it is. */
  owner: Record<string, unknown>;
  /** What is kept of the head of its file. */
  head(stored: { description?: unknown; key?: unknown } | undefined): Record<string, unknown>;
  tag(tag: EntityTagRow): Record<string, unknown>;
  object(object: ObjectRow, tags: readonly EntityTagRow[]): Record<string, unknown>;
  figure(figure: FigureRow): string;
  /** Whose figures the frame of an episode has. */
  frame(cloud: ItemRow): Record<string, unknown>;
}

export function apiForm(ids: MetaIds, owner: Record<string, unknown>): AnnotationForm {
  return {
    owner,
    head: descriptionOf,
    tag: (tag) => tagJson(tag, ids),
    object: (object, tags) => objectJson(object, tags, ids),
    figure: figureText,
    frame: ({ id }) => ({ pointCloudId: id }),
  };
}

const descriptionOf: AnnotationForm['head'] = (stored) => ({ description: stored?.description ?? '' });

export const fileForm: AnnotationForm = {
  owner: {},
  head: (stored) => ({
    ...descriptionOf(stored),
    ...(stored?.key !== undefined && { key: stored.key }),
  }),
  tag: ({ name, rest, key }) => ({ name, ...rest, key }),
  object: ({ key, classTitle, rest }, tags) => ({ key, classTitle, ...rest, tags: tags.map(fileForm.tag) }),
  figure({ key, objectKey, geometryType, geometry, sha256, rest }) {
    const own = JSON.stringify({ key, objectKey, geometryType });
    // Bytes are a file beside the annotation; a mesh says nothing of it, voxels say an empty geometry.
    const isFile = sha256 !== null && FILES.has(geometryType);
    const told = !isFile ? `{"geometry":${geometry}}` : geometryType === 'mask_3d' ? '{"geometry":{}}' : '{}';
    return joinObjects(joinObjects(own, told), rest);
  },
  frame: () => ({}),
};
