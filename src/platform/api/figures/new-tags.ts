/** Tags as requests bring them: by id or by name, with a value and a range of frames. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { NewEntityTag, TagOwner } from '../../store/repositories/figures.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { Id, maybe } from '../method.ts';

const Key = Type.String({ minLength: 1, maxLength: 100 });

/** Every other key is kept as it came. */
export const NewTag = Type.Object({
  tagId: maybe(Id),
  name: maybe(Type.String({ minLength: 1, maxLength: 1024 })),
  value: Type.Optional(Type.Unknown()),
  frameRange: maybe(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 })),
  key: maybe(Key),
});
export type NewTag = Static<typeof NewTag>;

export const addedIds = Type.Array(Type.Object({ id: Id }));

/** Name of a tag of the project by its id or name. */
export async function tagNames(
  stores: Pick<Stores, 'projects'>,
  projectId: number,
): Promise<(tag: { tagId?: number | null; name?: string | null }, place: string) => string> {
  const { tags } = await stores.projects.meta(projectId);
  const byId = new Map(tags.flatMap((tag) => (tag.id === undefined ? [] : [[tag.id, tag.name] as const])));
  const names = new Set(byId.values());
  return ({ tagId, name }, place) => {
    const found = tagId != null ? byId.get(tagId) : name != null && names.has(name) ? name : undefined;
    if (found !== undefined) return found;
    const asked = tagId != null ? `id ${tagId}` : `name ${JSON.stringify(name ?? null)}`;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${place}: project ${projectId} has no tag of ${asked}`,
      hint: 'Send the meta first (projects.meta.update).',
    });
  };
}

/** What is in columns of its own, or says whose it is. */
const NOT_KEPT = new Set([
  ...['tagId', 'name', 'key', 'id', 'objectId', 'entityId', 'figureId', 'datasetId', 'projectId'],
  ...['createdAt', 'updatedAt'],
]);

export function newTags<T extends NewTag>(
  tags: readonly T[],
  nameOf: Awaited<ReturnType<typeof tagNames>>,
  ownerOf: (tag: T, at: number) => TagOwner,
): NewEntityTag[] {
  return tags.map((tag, at) => {
    if (tag.frameRange != null && (tag.frameRange[0] ?? 0) > (tag.frameRange[1] ?? 0)) {
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `tags[${at}].frameRange: expected [first, last], got ${JSON.stringify(tag.frameRange)}`,
      });
    }
    // A null says nothing, except for a value, where it is what the client reads back.
    const rest = Object.entries(tag).filter(([key, value]) => !NOT_KEPT.has(key) && value != null);
    return {
      ...ownerOf(tag, at),
      name: nameOf(tag, `tags[${at}]`),
      ...(tag.key != null && { key: tag.key }),
      rest: Object.fromEntries(rest),
    };
  });
}
