/** Numbers of a whole project: what it holds, class by class. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { projectOf } from '../found.ts';
import { ById, Count, endpoint, type MethodTable, orNull } from '../method.ts';

const StatisticsSchema = Type.Object(
  {
    items: Count,
    annotated: Type.Integer({ minimum: 0, description: 'Items with an object or a tag.' }),
    objects: Count,
    figures: Type.Integer({
      minimum: 0,
      description: 'Of the objects on frames, slices and clouds; of images the same as the objects.',
    }),
    frames: Type.Union([Type.Object({ total: Count, labelled: Count }), Type.Null()], {
      description: 'Of videos.',
    }),
    classes: Type.Array(
      Type.Object({
        title: Type.String(),
        objects: Count,
        figures: Count,
        items: Count,
        share: orNull(
          Type.Number({
            minimum: 0,
            maximum: 1,
            description: 'Mean share of the image, over the images where it was measured.',
          }),
        ),
      }),
    ),
    tags: Type.Array(Type.Object({ name: Type.String(), items: Count, objects: Count })),
    objectsPerItem: Type.Array(Type.Object({ from: Count, to: orNull(Count), items: Count })),
    lengths: Type.Array(Type.Object({ from: Count, to: orNull(Count), items: Count }), {
      description: 'Of videos, in seconds.',
    }),
    sizes: Type.Array(Type.Object({ width: Count, height: Count, depth: orNull(Count), items: Count })),
    otherSizes: Count,
    everyMaskMeasured: Type.Boolean(),
  },
  { title: 'Statistics' },
);

export function statisticsMethods(deps: ApiDeps): MethodTable {
  const { statistics, stores } = deps;
  return {
    'projects.statistics': endpoint(
      {
        about:
          'Objects by class and tag, items by size and number of objects; counted when asked for the first time after a change: ask again until the state is ready.',
        needs: 'view',
        of: ({ id }) => ({ projects: [id] }),
        request: ById,
        response: Type.Object({
          state: Type.Union([Type.Literal('counting'), Type.Literal('ready'), Type.Literal('failed')]),
          done: Count,
          total: Count,
          statistics: orNull(StatisticsSchema),
          reason: Type.Optional(Type.String()),
        }),
      },
      async ({ id }) => statistics.of(await projectOf(stores, id)),
    ),
  };
}
