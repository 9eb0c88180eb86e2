/**
 * The common options `classes` and, for images, `masks_as` of an import, carried out between a plugin and the project: the
 * plugin defines classes and adds items as its format has them, and what reaches the project is what was chosen.
 */
import { randomUUID } from 'node:crypto';
import { decodeBitmap, encodeBitmap } from '../format/bitmap.ts';
import { union } from '../format/label-mask.ts';
import type { ImageAnnotation, Label, OpaqueLabel, Points, ProjectMeta, Shape } from '../format/model.ts';
import { fillPolygon, maskToPolygons } from '../format/raster.ts';
import { isKnownLabel } from '../format/read-geometry.ts';
import { createChosenEntities } from './chosen-entities.ts';
import { chosenOptions } from './chosen-options.ts';
import { createLosses } from './losses.ts';
import type { EntityWriter, NewItem, ProjectWriter, Reporter } from './plugin.ts';

export interface ChosenLabels {
  readonly project: ProjectWriter;
  readonly entities: EntityWriter;
  /** Says what was lost, and which of the chosen classes never came. */
  finish(report: Reporter): Promise<void>;
}

/** Undefined when the options ask for nothing. */
export function createChosenLabels(
  { project, entities }: { project: ProjectWriter; entities: EntityWriter },
  options: Readonly<Record<string, unknown>>,
): ChosenLabels | undefined {
  const chosen = chosenOptions(options);
  if (chosen === undefined) return undefined;
  const { classes } = chosen;
  /** Of images alone. */
  let { masksAs } = chosen;
  const wanted = new Set(classes);
  const seen = new Set<string>();
  /** Titles in the project that belong to a chosen class. */
  const kept = new Set<string>();
  const losses = createLosses(chosen.masksAs === 'polygon' ? 'a polygon' : 'a mask');

  const isWanted = (title: string): boolean => wanted.size === 0 || wanted.has(title);
  const isKept = (title: string): boolean => wanted.size === 0 || kept.has(title);
  const chosenEntities = createChosenEntities(entities, isKept);

  function annotationFor(annotation: ImageAnnotation): ImageAnnotation {
    const objects: (Label | OpaqueLabel)[] = [];
    for (const object of annotation.objects) {
      if (!isKept(object.classTitle)) continue;
      if (masksAs === 'as-is' || !isKnownLabel(object)) objects.push(object);
      else objects.push(...(masksAs === 'polygon' ? toPolygons(object) : toBitmap(object, annotation.size)));
    }
    return { ...annotation, objects };
  }

  function toPolygons(label: Label): Label[] {
    if (label.geometryType !== 'bitmap') return [label];
    const { bitmap, ...rest } = label;
    const polygons = maskToPolygons(decodeBitmap(bitmap));
    if (polygons.length === 0) losses.add('mask of single pixels or a thin line');
    const instance = label.instance ?? (polygons.length > 1 ? randomUUID().replaceAll('-', '') : undefined);
    return polygons.map((points) => ({
      ...rest,
      geometryType: 'polygon',
      shape: 'polygon',
      points,
      ...(instance === undefined ? {} : { instance }),
    }));
  }

  function toBitmap(label: Label, size: ImageAnnotation['size']): Label[] {
    if (label.geometryType !== 'polygon' && label.geometryType !== 'multipolygon') return [label];
    const parts = (label.geometryType === 'polygon' ? [label.points] : label.parts) as Points[];
    const mask = union(parts.map((part) => fillPolygon(part, size)));
    if (mask === undefined) {
      losses.add('polygon without a pixel in its picture');
      return [];
    }
    const {
      points: _points,
      parts: _parts,
      ...rest
    } = label as Label & { points?: unknown; parts?: unknown };
    return [{ ...rest, geometryType: 'bitmap', shape: 'bitmap', bitmap: encodeBitmap(mask) } as Label];
  }

  return {
    project: {
      defineClass(asked) {
        seen.add(asked.title);
        if (!isWanted(asked.title)) return asked.title;
        const title = project.defineClass({ ...asked, shape: shapeFor(asked.shape, masksAs) });
        kept.add(title);
        return title;
      },
      defineTag: (tag) => project.defineTag(tag),
      mergeMeta(meta: ProjectMeta) {
        for (const { title } of meta.classes) seen.add(title);
        const chosen = meta.classes.filter(({ title }) => isWanted(title));
        const changed = project.mergeMeta({
          ...meta,
          classes: chosen.map((one) => ({ ...one, shape: shapeFor(one.shape, masksAs) })),
        });
        for (const { title } of chosen) kept.add(changed.classes.get(title) ?? title);
        return changed;
      },
      add: (item: NewItem) =>
        project.add(
          item.annotation === undefined ? item : { ...item, annotation: annotationFor(item.annotation) },
        ),
      resultFile: (name) => project.resultFile(name),
    },
    entities: {
      ...chosenEntities,
      setType(type) {
        masksAs = 'as-is';
        chosenEntities.setType(type);
      },
    },
    async finish(report) {
      await losses.report(report);
      for (const title of wanted) {
        if (seen.has(title)) continue;
        await report.warning({
          code: 'SLY_PLUGIN_OPTIONS',
          place: 'classes',
          message: `expected a class called ${JSON.stringify(title)}, got ${[...seen].sort().slice(0, 20).join(', ') || 'no class'}`,
        });
      }
    },
  };
}

function shapeFor(shape: Shape, masksAs: 'as-is' | 'polygon' | 'bitmap'): Shape {
  if (masksAs === 'polygon' && shape === 'bitmap') return 'polygon';
  if (masksAs === 'bitmap' && (shape === 'polygon' || shape === 'multipolygon')) return 'bitmap';
  return shape;
}
