/** Annotations of images: replaced whole, read in the order asked. */
import { type Static, Type } from 'typebox';
import { emptyAnnotation } from '../../../format/annotation.ts';
import { mapLabelPoints } from '../../../format/label-points.ts';
import type { FormatProblem, ImageAnnotation, Label, OpaqueLabel } from '../../../format/model.ts';
import { isGeometryType, readGeometry } from '../../../format/read-geometry.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { StoredAnnotation } from '../../store/repositories/annotations.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { AnnotationEntity } from '../entities/annotation.ts';
import { annotationEntity } from '../figures/annotation-entity.ts';
import { withoutKept, withTags } from '../figures/annotation-figures.ts';
import { idsOfProjects } from '../figures/ids-of-projects.ts';
import { grouped } from '../figures/label-json.ts';
import { datasetOf, found } from '../found.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { endpoint, given, Id, type MethodTable, maybe } from '../method.ts';

const MOST_AT_ONCE = 1000;
/** Fifty annotations with large masks are tens of megabytes. */
const BODY_LIMIT = 256 << 20;

const TagJson = Type.Object({ name: Type.String({ minLength: 1 }) });
/** As far as this program relies on it; every other key is kept as it came. */
const AnnotationJson = Type.Object({
  description: maybe(Type.String()),
  size: maybe(Type.Object({ height: Type.Integer({ minimum: 0 }), width: Type.Integer({ minimum: 0 }) })),
  tags: maybe(Type.Array(TagJson)),
  objects: Type.Array(
    Type.Object({
      classTitle: Type.String({ minLength: 1 }),
      geometryType: maybe(Type.String()),
      shape: maybe(Type.String()),
      tags: maybe(Type.Array(TagJson)),
    }),
  ),
});

const ReadOptions = { integerCoords: maybe(Type.Boolean()) };

export function annotationMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;

  async function itemsOf(
    ids: readonly number[],
    datasetId: number | null | undefined,
  ): Promise<Map<number, ItemRow>> {
    const rows = await stores.items.get([...new Set(ids)]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = found(byId.get(id), `Image with id: ${id}`);
      if (datasetId != null && row.datasetId !== datasetId)
        found(undefined, `Image with id: ${id} of dataset ${datasetId}`);
    }
    return byId;
  }

  async function entities(
    items: readonly ItemRow[],
    integerCoords: boolean,
  ): Promise<Record<string, unknown>[]> {
    const ids = await idsOfProjects(stores, items);
    const itemIds = items.map((item) => item.id);
    const stored = new Map((await stores.annotations.get(itemIds)).map((one) => [one.itemId, one]));
    const figures = grouped(
      await withTags(stores, await stores.figures.ofImages(itemIds)),
      (one) => one.entityId,
    );
    return items.map((item) =>
      annotationEntity(stored.get(item.id) ?? removedMeanwhile(item), item, {
        ids: ids(item.projectId),
        integerCoords,
        figures: figures.get(item.id) ?? [],
      }),
    );
  }

  return {
    'annotations.bulk.add': endpoint(
      {
        about: 'Replaces the annotations of images.',
        needs: 'annotate',
        of: ({ datasetId, annotations }) => ({
          datasets: given(datasetId),
          items: annotations.map((one) => one.imageId),
        }),
        request: Type.Object({
          datasetId: maybe(Id),
          annotations: Type.Array(Type.Object({ imageId: Id, annotation: AnnotationJson }), {
            maxItems: MOST_AT_ONCE,
          }),
        }),
        response: Type.Array(Type.Object({ imageId: Id })),
        bodyLimit: BODY_LIMIT,
      },
      async ({ datasetId, annotations }) => {
        const items = await itemsOf(
          annotations.map((one) => one.imageId),
          datasetId,
        );
        await assertKnownNames(items, annotations);
        const figures = grouped(await stores.figures.ofImages([...items.keys()]), (one) => one.entityId);
        const rows = annotations.map(({ imageId, annotation }) => {
          const { objects, kept } = withoutKept(annotation.objects, figures.get(imageId) ?? []);
          return {
            itemId: imageId,
            annotation: completed({ ...annotation, objects }, items.get(imageId)),
            keptFigures: kept,
          };
        });
        await stores.annotations.put(rows, { subpixel: true });
        return annotations.map(({ imageId }) => ({ imageId }));
      },
    ),

    'annotations.bulk.info': endpoint(
      {
        about: 'Annotations of images, in the order asked.',
        needs: 'view',
        of: ({ datasetId, imageIds }) => ({ datasets: given(datasetId), items: imageIds }),
        request: Type.Object({
          datasetId: maybe(Id),
          imageIds: Type.Array(Id, { maxItems: MOST_AT_ONCE }),
          ...ReadOptions,
        }),
        response: Type.Array(AnnotationEntity),
      },
      async ({ datasetId, imageIds, integerCoords }) => {
        const items = await itemsOf(imageIds, datasetId);
        const asked = imageIds.flatMap((id) => items.get(id) ?? []);
        return entities(asked, integerCoords ?? true);
      },
    ),

    'annotations.info': endpoint(
      {
        about: 'The annotation of one image.',
        needs: 'view',
        of: ({ imageId }) => ({ items: [imageId] }),
        request: Type.Object({ imageId: Id, ...ReadOptions }),
        response: AnnotationEntity,
      },
      async ({ imageId, integerCoords }) => {
        const items = await itemsOf([imageId], null);
        const [entity] = await entities([...items.values()], integerCoords ?? true);
        return found(entity, `Annotation of image ${imageId}`);
      },
    ),

    'annotations.list': endpoint(
      {
        about: 'Annotations of a dataset, by page or by token; at most 1000 a page.',
        needs: 'view',
        of: ({ datasetId }) => ({ datasets: [datasetId] }),
        request: Type.Object({ datasetId: Id, ...listFields, ...ReadOptions }),
        response: listOf(AnnotationEntity),
      },
      async (input) => {
        await datasetOf(stores, input.datasetId);
        const filter = (input.filter ?? []).map((one) =>
          one.field === 'imageId' ? { ...one, field: 'id' } : one,
        );
        const query = { ...listQuery({ ...input, filter }), datasetId: input.datasetId };
        // An annotation may be megabytes: pages are shorter than those of plain rows.
        const perPage = Math.min(query.perPage, MOST_AT_ONCE);
        const listed = await stores.items.list({ ...query, perPage });
        const byId = new Map(
          (await entities(listed.entities, input.integerCoords ?? true)).map((one) => [one.imageId, one]),
        );
        return listReply(
          { ...input, per_page: perPage, fields: null },
          listed,
          (row) => byId.get(row.id) ?? {},
        );
      },
    ),
  };

  /** An object of an unknown class could be stored, but no client could read the project any more. */
  async function assertKnownNames(
    items: ReadonlyMap<number, ItemRow>,
    annotations: readonly { imageId: number; annotation: Static<typeof AnnotationJson> }[],
  ): Promise<void> {
    const metas = new Map<number, { classes: Set<string>; tags: Set<string> }>();
    for (const { imageId, annotation } of annotations) {
      const projectId = items.get(imageId)?.projectId ?? 0;
      let known = metas.get(projectId);
      if (known === undefined) {
        const meta = await stores.projects.meta(projectId);
        known = {
          classes: new Set(meta.classes.map((one) => one.title)),
          tags: new Set(meta.tags.map((one) => one.name)),
        };
        metas.set(projectId, known);
      }
      for (const object of annotation.objects) {
        if (!known.classes.has(object.classTitle)) throw unknownName('class', object.classTitle, imageId);
      }
      const tags = [...(annotation.tags ?? []), ...annotation.objects.flatMap((object) => object.tags ?? [])];
      for (const tag of tags) if (!known.tags.has(tag.name)) throw unknownName('tag', tag.name, imageId);
    }
  }
}

function unknownName(what: 'class' | 'tag', name: string, imageId: number): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `annotation of image ${imageId}: the project has no ${what} ${JSON.stringify(name)}`,
    hint: 'Send the meta first (projects.meta.update).',
  });
}

function completed(sent: Static<typeof AnnotationJson>, item: ItemRow | undefined): ImageAnnotation {
  const objects = sent.objects.map((object, at) => {
    const geometryType = object.geometryType ?? object.shape;
    if (geometryType == null) {
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `objects[${at}]: expected a geometryType, got nothing`,
      });
    }
    const label = { ...object, geometryType, shape: object.shape ?? geometryType, tags: object.tags ?? [] };
    return withSoundGeometry(label, `objects[${at}]`);
  });
  return {
    ...sent,
    description: sent.description ?? '',
    size: sent.size ?? { height: item?.height ?? 0, width: item?.width ?? 0 },
    tags: sent.tags ?? [],
    objects,
  };
}

/** The object as it came when its geometry can be worked with; one with a missing part (no `interior`) completed. */
function withSoundGeometry(label: OpaqueLabel, place: string): Label | OpaqueLabel {
  const { geometryType } = label;
  if (!isGeometryType(geometryType)) return label;
  const problems: FormatProblem[] = [];
  const geometry = readGeometry(geometryType, label, place, problems);
  if (geometry === undefined) {
    const [first] = problems;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${first?.place ?? place}: ${first?.message ?? `no ${geometryType}`}`,
    });
  }
  const asSent = label as Label;
  try {
    mapLabelPoints(asSent, (point) => point);
    return asSent;
  } catch {
    return { ...label, ...geometry };
  }
}

/** A list has what was there when its page was read. */
const removedMeanwhile = (item: ItemRow): StoredAnnotation => ({
  itemId: item.id,
  itemName: item.name,
  annotation: emptyAnnotation({ height: item.height ?? 0, width: item.width ?? 0 }),
  subpixel: false,
  createdAt: item.createdAt,
  updatedAt: item.updatedAt,
});
