/** `projects.stats`: counts of a project in the words of the SDK. The page asks `projects.statistics`, which does not wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { Statistics } from '../../ports/statistics.ts';
import type { ProjectRow } from '../../store/repositories/projects.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type MetaIds, metaIds } from '../figures/annotation-entity.ts';
import { projectOf } from '../found.ts';
import { ById, type Call, Count, endpoint, Id, type MethodTable, orNull } from '../method.ts';

const LOOK_MS = 100;

const Named = Type.Object({ id: orNull(Id), name: Type.String() });
const OfClasses = Type.Array(Type.Object({ objectClass: Named, total: Count }));
const OfTags = Type.Array(Type.Object({ tag: Named, total: Count }));

const StatsSchema = Type.Object({
  images: Type.Object({ total: Count, marked: Count, objectClasses: OfClasses }),
  objects: Type.Object({ total: Count, items: OfClasses }),
  imageTags: Type.Object({ items: OfTags }),
  objectTags: Type.Object({ items: OfTags }),
});

export function projectStatsMethods(deps: ApiDeps): MethodTable {
  const { statistics, stores } = deps;

  /** A count that runs already is waited for; it takes some seconds for 100,000 items. */
  async function counted(project: ProjectRow, { reply }: Call): Promise<Statistics> {
    for (;;) {
      const { state, statistics: found, reason } = statistics.of(project);
      if (found !== null) return found;
      if (state === 'failed')
        throw new SlyError('SLY_INTERNAL', { detail: reason ?? 'the items could not be counted' });
      if (reply.raw.destroyed) throw new SlyError('SLY_ABORTED', { detail: 'nobody waits for it any more' });
      await delay(LOOK_MS);
    }
  }

  return {
    'projects.stats': endpoint(
      {
        about:
          'How many images and objects of each class and tag a project has; waits until they are counted.',
        needs: 'view',
        of: ({ id }) => ({ projects: [id] }),
        request: ById,
        response: StatsSchema,
      },
      async ({ id }, call) => {
        const found = await counted(await projectOf(stores, id), call);
        return statsEntity(found, metaIds(await stores.projects.meta(id)));
      },
    ),
  };
}

function statsEntity({ items, annotated, objects, classes, tags }: Statistics, ids: MetaIds): object {
  const classOf = (name: string) => ({ id: ids.classes.get(name) ?? null, name });
  const tagOf = (name: string) => ({ id: ids.tags.get(name) ?? null, name });
  return {
    images: {
      total: items,
      marked: annotated,
      objectClasses: classes.map((one) => ({ objectClass: classOf(one.title), total: one.items })),
    },
    objects: {
      total: objects,
      items: classes.map((one) => ({ objectClass: classOf(one.title), total: one.objects })),
    },
    imageTags: { items: tags.map((one) => ({ tag: tagOf(one.name), total: one.items })) },
    objectTags: { items: tags.map((one) => ({ tag: tagOf(one.name), total: one.objects })) },
  };
}
