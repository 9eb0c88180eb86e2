/** Images as rows: added, listed, renamed, removed. Their bytes: image-bytes.ts. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import { type ItemRow, NameClash, type NewItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { ImageEntity, imageEntity } from '../entities/image.ts';
import { tagEntities } from '../figures/annotation-entity.ts';
import { idsOfProjects } from '../figures/ids-of-projects.ts';
import { datasetOf, imageOf, imagesOf } from '../found.ts';
import { ItemListRequest, listItems, scopeOfList } from '../items/item-list.ts';
import { hashesOf, Link } from '../items/new-items.ts';
import { listOf, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  DONE,
  Done,
  endpoint,
  Hash,
  Id,
  Ids,
  type MethodTable,
  maybe,
  Name,
  orNull,
  type Scope,
  said,
} from '../method.ts';
import { teamFileFields, teamFilesOf, withTeamFiles } from '../team-files/team-file-images.ts';

const MOST_AT_ONCE = 10_000;

const NewImage = Type.Object({
  title: maybe(Name),
  name: maybe(Name),
  hash: maybe(Hash),
  link: maybe(Link),
  imageId: maybe(Id),
  meta: maybe(AnyObject),
  customSort: maybe(Type.Number()),
  ...teamFileFields,
});

const ofId = ({ id }: { id: number }): Scope => ({ items: [id] });

export function imageMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;
  const { items } = stores;

  async function withTags(rows: readonly ItemRow[]): Promise<ImageEntity[]> {
    const tagged = new Map(
      (await stores.annotations.tags(rows.map((row) => row.id))).map((one) => [one.itemId, one]),
    );
    const idsOf = await idsOfProjects(
      stores,
      rows.filter((row) => tagged.has(row.id)),
    );
    return rows.map((row) => {
      const { tags = [], createdAt = '', updatedAt = '' } = tagged.get(row.id) ?? {};
      return imageEntity(row, tags.map(tagEntities(row.id, { createdAt, updatedAt }, idsOf(row.projectId))));
    });
  }

  /** Copies (`imageId`) take over what the other image is made of. */
  async function newRows(images: readonly Static<typeof NewImage>[]): Promise<NewItemRow[]> {
    const copied = images.flatMap((image) => (image.imageId == null ? [] : [image.imageId]));
    const originals = new Map(
      (await imagesOf(stores, [...new Set(copied)], null)).map((row) => [row.id, row]),
    );
    return images.map((image, at) =>
      newRow(image, at, image.imageId == null ? undefined : originals.get(image.imageId)),
    );
  }

  return {
    'images.bulk.add': endpoint(
      {
        about:
          'New images of stored bytes, team files, links or other images, in the order given; all or none.',
        needs: 'manage',
        of: ({ datasetId, images }) => ({
          datasets: [datasetId],
          items: images.flatMap((image) => image.imageId ?? []),
          teamFiles: teamFilesOf(images),
          hashes: hashesOf(images),
        }),
        request: Type.Object({ datasetId: Id, images: Type.Array(NewImage, { maxItems: MOST_AT_ONCE }) }),
        response: Type.Array(ImageEntity),
      },
      async ({ datasetId, images }) => {
        await datasetOf(stores, datasetId);
        const rows = await newRows(await withTeamFiles(deps, images));
        assertDistinct(rows);
        return (await items.add(datasetId, rows)).map((row) => imageEntity(row));
      },
    ),

    'images.list': endpoint(
      {
        about: 'Images of a dataset or a project.',
        needs: 'view',
        of: scopeOfList,
        request: ItemListRequest,
        response: listOf(ImageEntity),
      },
      async (input) => {
        const listed = await listItems(stores, undefined, input);
        // Tags are in the annotations, which are read only when somebody looks at them.
        const isAsked = input.fields == null || input.fields.length === 0 || input.fields.includes('tags');
        const entities = isAsked
          ? await withTags(listed.entities)
          : listed.entities.map((row) => imageEntity(row));
        const byId = new Map(entities.map((one) => [one.id, one]));
        return listReply(input, listed, (row) => byId.get(row.id) ?? imageEntity(row));
      },
    ),

    'images.info': endpoint(
      { about: 'One image.', needs: 'view', of: ofId, request: ById, response: ImageEntity },
      async ({ id }) => only(await withTags([await imageOf(stores, id)])),
    ),

    'images.editInfo': endpoint(
      {
        about: 'Changes name or meta of an item of any kind.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, name: maybe(Name), meta: maybe(AnyObject) }),
        response: ImageEntity,
      },
      async ({ id, name, meta }) => {
        await imageOf(stores, id);
        const row = await items.update(id, said({ name, meta }));
        return only(await withTags([row]));
      },
    ),

    'images.update.links': endpoint(
      {
        about: 'Gives images other links; with clearLocalDataSource their bytes are not kept any more.',
        needs: 'manage',
        of: ({ images }) => ({ items: images.map((one) => one.id) }),
        request: Type.Object({
          images: Type.Array(Type.Object({ id: Id, link: Link }), { maxItems: MOST_AT_ONCE }),
          clearLocalDataSource: maybe(Type.Boolean()),
        }),
        response: Type.Array(ImageEntity),
      },
      async ({ images, clearLocalDataSource }) => {
        await items.setLinks(images, { dropBytes: clearLocalDataSource ?? false });
        const ids = images.map((one) => one.id);
        return withTags(await imagesOf(stores, ids, null));
      },
    ),

    'images.bulk.set-custom-sort': endpoint(
      {
        about: 'Gives images their place for lists sorted by customSort.',
        needs: 'manage',
        of: ({ images }) => ({ items: images.map((one) => one.id) }),
        request: Type.Object({
          images: Type.Array(Type.Object({ id: Id, customSort: orNull(Type.Number()) }), {
            maxItems: MOST_AT_ONCE,
          }),
        }),
        response: Done,
      },
      async ({ images }) => {
        await items.setCustomSort(images);
        return DONE;
      },
    ),

    'images.bulk.remove': endpoint(
      {
        about: 'Removes items of any kind with their annotations; those that are gone already are no error.',
        needs: 'manage',
        of: ({ imageIds }) => ({ items: imageIds }),
        request: Type.Object({ imageIds: Ids }),
        response: Done,
      },
      async ({ imageIds }) => {
        await items.remove(imageIds);
        return DONE;
      },
    ),
  };
}

function newRow(image: Static<typeof NewImage>, at: number, original: ItemRow | undefined): NewItemRow {
  const name = image.title ?? image.name ?? original?.name;
  if (name === undefined) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `images[${at}]: expected a title or a name, got neither`,
    });
  }
  if (name.includes('/') || name.includes('\0') || name === '.' || name === '..') {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `images[${at}]: expected a name without a slash, got ${JSON.stringify(name)}`,
    });
  }
  const row = {
    name,
    meta: image.meta ?? original?.meta ?? {},
    ...(image.customSort != null && { customSort: image.customSort }),
  };
  if (original !== undefined) {
    return {
      ...row,
      ...(original.sha256 !== null && { sha256: original.sha256 }),
      ...(original.link !== null && { link: original.link }),
      ...(original.mime !== null && { mime: original.mime }),
      ...(original.width !== null && { width: original.width }),
      ...(original.height !== null && { height: original.height }),
    };
  }
  if (image.hash != null) return { ...row, sha256: base64ToHex(image.hash) };
  if (image.link != null) return { ...row, link: image.link };
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `images[${at}]: expected one of hash, link, imageId, teamFileId, got none`,
  });
}

/** The store refuses names that are taken; two equal ones in one request are the caller's own clash. */
function assertDistinct(rows: readonly NewItemRow[]): void {
  const seen = new Set<string>();
  for (const { name } of rows) {
    if (seen.has(name)) {
      throw new SlyError('SLY_NOT_UNIQUE', {
        detail: `the name ${JSON.stringify(name)} is asked for twice`,
        cause: new NameClash([{ name, id: 0 }]),
      });
    }
    seen.add(name);
  }
}

const only = <T>([one]: readonly T[]): T | undefined => one;
