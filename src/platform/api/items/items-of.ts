/** Items of one kind as the API looks for them: in the order asked, every one there. */
import type { ProjectType } from '../../../protocol/task.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { found } from '../found.ts';

export type ItemKind = 'Image' | 'Video' | 'Point cloud' | 'Volume';

const TYPES: Readonly<Record<ItemKind, readonly ProjectType[]>> = {
  Image: ['images'],
  Video: ['videos'],
  'Point cloud': ['point_clouds', 'point_cloud_episodes'],
  Volume: ['volumes'],
};

/** SLY_NOT_FOUND names the first that is missing, of another kind, or in another dataset. */
export async function itemsOf(
  stores: Pick<Stores, 'items'>,
  kind: ItemKind,
  ids: readonly number[],
  datasetId?: number | null,
): Promise<ItemRow[]> {
  const rows = await stores.items.get([...new Set(ids)]);
  const fitting = rows.filter(
    (row) => TYPES[kind].includes(row.type) && (datasetId == null || row.datasetId === datasetId),
  );
  const byId = new Map(fitting.map((row) => [row.id, row]));
  return ids.map((id) => found(byId.get(id), `${kind} with id: ${id}`));
}

export async function itemOf(stores: Pick<Stores, 'items'>, kind: ItemKind, id: number): Promise<ItemRow> {
  const [row] = await itemsOf(stores, kind, [id]);
  return found(row, `${kind} with id: ${id}`);
}

export const isOfKind = (kind: ItemKind, type: ProjectType): boolean => TYPES[kind].includes(type);
