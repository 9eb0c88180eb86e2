/** What videos, point clouds and volumes are added from: bytes by hash, a team file, or a link. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex, hexToBase64 } from '../../../lib/hash.ts';
import type { ItemRow, NewItemRow } from '../../store/repositories/items.ts';
import type { ProjectRow } from '../../store/repositories/projects.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { datasetOf, found, projectOf } from '../found.ts';
import { AnyObject, Hash, Id, maybe, Name, type Scope } from '../method.ts';
import { type ItemKind, isOfKind } from './items-of.ts';

export const Link = Type.String({ minLength: 1, maxLength: 8192 });

export const NewItem = Type.Object({
  title: maybe(Name),
  name: maybe(Name),
  hash: maybe(Hash),
  link: maybe(Link),
  teamFileId: maybe(Id),
  meta: maybe(AnyObject),
});
export type NewItem = Static<typeof NewItem>;

/** Of a request that adds items. */
export const scopeOfNew = (datasetId: number, items: readonly NewItem[]): Scope => ({
  datasets: [datasetId],
  teamFiles: items.flatMap((item) => item.teamFileId ?? []),
  hashes: hashesOf(items),
});

export const hashesOf = (items: readonly { hash?: string | null }[]): string[] =>
  items.flatMap((item) => item.hash ?? []);

/** Of a request that names a dataset or a project. */
export async function projectNamed(
  stores: Pick<Stores, 'datasets' | 'projects'>,
  of: { datasetId?: number | null | undefined; projectId?: number | null | undefined },
): Promise<ProjectRow> {
  const dataset = of.datasetId == null ? undefined : await datasetOf(stores, of.datasetId);
  const projectId = dataset?.projectId ?? of.projectId;
  if (projectId != null) return projectOf(stores, projectId);
  throw new SlyError('SLY_BAD_MESSAGE', { detail: 'expected datasetId or projectId, got neither' });
}

/** The project, or the dataset's project, must be of the kind. */
export async function assertHolds(
  stores: Pick<Stores, 'datasets' | 'projects'>,
  kind: ItemKind,
  of: { datasetId: number },
): Promise<void> {
  assertKind(await projectNamed(stores, of), kind);
}

export function assertKind({ id, type }: ProjectRow, kind: ItemKind): void {
  if (isOfKind(kind, type)) return;
  throw new SlyError('SLY_USAGE', {
    detail: `project ${id}: expected a project of ${kind.toLowerCase()}s, got one of type ${type}`,
  });
}

/** Team files as the bytes they are. */
export async function withBytes(
  stores: Pick<Stores, 'teamFiles'>,
  items: readonly NewItem[],
): Promise<NewItem[]> {
  return Promise.all(
    items.map(async (item) => {
      if (item.teamFileId == null || item.hash != null) return item;
      const file = found(await stores.teamFiles.get(item.teamFileId), `File with id: ${item.teamFileId}`);
      return { ...item, hash: hexToBase64(file.sha256) };
    }),
  );
}

/** All or none, in the order given. */
export function addItems(
  stores: Pick<Stores, 'items'>,
  datasetId: number,
  items: readonly NewItem[],
): Promise<ItemRow[]> {
  return stores.items.add(datasetId, items.map(newRow));
}

/** For messages. */
export function nameOf(item: NewItem, at: number): string {
  const name = item.title ?? item.name;
  if (name != null) return name;
  throw new SlyError('SLY_BAD_MESSAGE', { detail: `item ${at}: expected a title or a name, got neither` });
}

function newRow(item: NewItem, at: number): NewItemRow {
  const row = { name: nameOf(item, at), meta: item.meta ?? {} };
  if (item.hash != null) return { ...row, sha256: base64ToHex(item.hash) };
  if (item.link != null) return { ...row, link: item.link };
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `item ${at} (${row.name}): expected one of hash, link, teamFileId, got none`,
  });
}
