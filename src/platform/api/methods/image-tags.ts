/** Tags put on items: into the annotation of an image, as rows of any other item. */
import { Type } from 'typebox';
import type { Tag } from '../../../format/model.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type MetaIds, tagEntities } from '../figures/annotation-entity.ts';
import { idsOfProjects } from '../figures/ids-of-projects.ts';
import { addedIds } from '../figures/new-tags.ts';
import { found, imagesOf } from '../found.ts';
import { DONE, Done, endpoint, Id, Ids, type MethodTable, maybe } from '../method.ts';

const MOST_AT_ONCE = 10_000;
const Value = maybe(Type.Union([Type.String({ maxLength: 1 << 20 }), Type.Number()]));
/** First and last frame, of videos and episodes. */
const FrameRange = maybe(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 }));

interface Wanted {
  item: ItemRow;
  tag: Tag;
}

export function imageTagMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;

  function nameOf(ids: MetaIds, tagId: number): string {
    const [name] = [...ids.tags].find(([, id]) => id === tagId) ?? [];
    return found(name, `Tag with id: ${tagId}`);
  }

  /** Ids in the order asked; what is there already has the id it had. */
  async function add(wanted: readonly Wanted[]): Promise<number[]> {
    const onImages = wanted.filter(({ item }) => item.type === 'images');
    await stores.annotations.addTags(onImages.map(({ item, tag }) => ({ itemId: item.id, tag })));
    const idsOf = await idsOfProjects(
      stores,
      onImages.map(({ item }) => item),
    );
    const itemIds = [...new Set(onImages.map(({ item }) => item.id))];
    const tagged = new Map((await stores.annotations.tags(itemIds)).map((one) => [one.itemId, one]));
    const ofImage = ({ item, tag }: Wanted): number => {
      const known = found(tagged.get(item.id), `Image with id: ${item.id}`);
      const entities = known.tags.map(tagEntities(item.id, known, idsOf(item.projectId)));
      const entity = entities.find(
        (one) => one.name === tag.name && (one.value ?? null) === (tag.value ?? null),
      );
      return found(entity, `Tag ${tag.name} of image ${item.id}`).id;
    };
    const others = wanted.filter(({ item }) => item.type !== 'images');
    const rows = await stores.entityTags.add(
      others.map(({ item, tag: { name, ...rest } }) => ({
        datasetId: item.datasetId,
        itemId: item.id,
        name,
        rest,
      })),
    );
    const ofOther = new Map(others.map((one, at) => [one, rows[at] ?? 0]));
    return wanted.map((one) => ofOther.get(one) ?? ofImage(one));
  }

  return {
    'image-tags.bulk.add-to-image': endpoint(
      {
        about: 'Puts one tag on many images; an image that has it already keeps it once.',
        needs: 'annotate',
        of: ({ ids }) => ({ items: ids }),
        request: Type.Object({ tagId: Id, ids: Ids, value: Value }),
        response: Done,
      },
      async ({ tagId, ids, value }) => {
        const items = await imagesOf(stores, [...new Set(ids)], null);
        const idsOf = await idsOfProjects(stores, items);
        await add(
          items.map((item) => ({
            item,
            tag: { name: nameOf(idsOf(item.projectId), tagId), ...(value != null && { value }) },
          })),
        );
        return DONE;
      },
    ),

    'tags.entities.bulk.add': endpoint(
      {
        about: 'Puts tags on items of a project; the same tag said twice is one tag.',
        needs: 'annotate',
        of: ({ projectId, tags }) => ({ projects: [projectId], items: tags.map((one) => one.entityId) }),
        request: Type.Object({
          projectId: Id,
          tags: Type.Array(Type.Object({ entityId: Id, tagId: Id, value: Value, frameRange: FrameRange }), {
            maxItems: MOST_AT_ONCE,
          }),
        }),
        response: addedIds,
      },
      async ({ projectId, tags }) => {
        const items = await imagesOf(stores, [...new Set(tags.map((one) => one.entityId))], null);
        const byId = new Map(items.map((item) => [item.id, item]));
        const ids = (await idsOfProjects(stores, [{ projectId }]))(projectId);
        const wanted = tags.map(({ entityId, tagId, value, frameRange }) => {
          const item = found(byId.get(entityId), `Item with id: ${entityId}`);
          if (item.projectId !== projectId)
            found(undefined, `Item with id: ${entityId} of project ${projectId}`);
          const tag = { name: nameOf(ids, tagId), ...(value != null && { value }) };
          const isFilm = item.type !== 'images' && frameRange != null;
          return { item, tag: isFilm ? { ...tag, frameRange } : tag };
        });
        return (await add(wanted)).map((id) => ({ id }));
      },
    ),
  };
}
