/** One annotation of a task as labels and image tags. */
import { randomUUID } from 'node:crypto';
import type { Label, Tag } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames, TagPlace } from '../../src/plugin-kit/tag-names.ts';
import { type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { LabelConfig } from './label-config.ts';
import { geometriesOf } from './region-shapes.ts';
import { type Answer, type Region, readRegions, textsOf } from './regions.ts';

/** Ending of a control's name by which an export tells questions about objects from those about pictures. */
export const OBJECT = '@object';

export interface LabelOptions {
  choicesAs: 'auto' | 'name' | 'value';
  rotatedAs: 'oriented_bbox' | 'polygon';
}

export interface AnnotationContext {
  size: Size;
  config: LabelConfig | undefined;
  /** They come from a model. */
  predicted: boolean;
  /** `place` in the result; `lost` is false for a mere remark. */
  fault(kind: string, place: string, message: string): void;
  note(kind: string, place: string, message: string): void;
}

export type TaskLabels = (
  result: readonly unknown[],
  context: AnnotationContext,
) => { labels: Label[]; tags: Tag[] };

export function createTaskLabels(classes: ShapeClasses, tags: TagNames, options: LabelOptions): TaskLabels {
  function answerTags(
    { type, control, value, index }: Answer,
    on: TagPlace,
    context: AnnotationContext,
  ): Tag[] {
    const name = control.endsWith(OBJECT) ? control.slice(0, -OBJECT.length) : control;
    const bad = (expected: string): Tag[] => {
      context.fault(
        'answers that cannot be read',
        `result[${index}].value`,
        `expected ${expected} for ${type}, got none; it is left out`,
      );
      return [];
    };
    switch (type) {
      case 'choices': {
        const choices = textsOf(value.choices);
        const one = context.config?.single.get(control);
        const asValue = options.choicesAs === 'value' || (options.choicesAs === 'auto' && one !== undefined);
        if (!asValue) return choices.map((choice) => tags.none(choice, on));
        return choices.map((choice) => tags.oneOf(name, choice, one ?? [], on));
      }
      case 'textarea': {
        return textsOf(value.text).map((text) => tags.text(name, text, on));
      }
      case 'number':
      case 'rating': {
        const number = toNumber(value[type]);
        return number === undefined ? bad('a number') : [tags.number(name, number, on)];
      }
      case 'datetime':
        return textsOf(value.datetime).map((text) => tags.text(name, text, on));
      case 'taxonomy': {
        const paths = Array.isArray(value.taxonomy) ? (value.taxonomy as unknown[]) : [];
        return paths.map((path) => tags.text(name, textsOf(path).join('/'), on));
      }
      default:
        return bad('an answer of a known kind');
    }
  }

  function regionLabels(region: Region, context: AnnotationContext): Label[] {
    const { size, config, predicted } = context;
    const place = `result[${region.index}]`;
    const { original_width, original_height, image_rotation, meta, score } = region.result;
    const original = {
      width: toNumber(original_width) ?? size.width,
      height: toNumber(original_height) ?? size.height,
    };
    const turned = toNumber(image_rotation) ?? 0;
    if (turned % 360 !== 0)
      context.note(
        'regions of pictures that were shown turned',
        `${place}.image_rotation`,
        `expected 0, got ${turned}; the region is read as on the picture that is not turned`,
      );
    const geometries = geometriesOf(region.kind, region.value, {
      size,
      original,
      rotatedAs: options.rotatedAs,
    });
    if (typeof geometries === 'string') {
      context.fault('regions that cannot be read', place, `${region.kind}: ${geometries}; it is left out`);
      return [];
    }
    if (geometries.length === 0) {
      context.fault(
        'regions outside of their picture',
        place,
        `expected a part inside of ${size.width} x ${size.height}, got a ${region.kind} that has none; it is left out`,
      );
      return [];
    }
    const [name = region.control, ...more] = [...new Set(region.labels)];
    const own = [
      ...more.map((label) => tags.none(label, 'objectsOnly')),
      ...region.answers.flatMap((answer) => answerTags(answer, 'objectsOnly', context)),
    ];
    const certainty = predicted ? toNumber(score) : undefined;
    if (certainty !== undefined) own.push(tags.number('score', certainty, 'objectsOnly'));
    const color = config?.colors.get(name);
    const text = isRecord(meta) ? textsOf(meta.text).join('\n') : '';
    const instance = geometries.length > 1 ? newInstance() : undefined;
    return geometries.map((geometry) => ({
      classTitle: classes.titleOf(name, geometry.geometryType, color === undefined ? {} : { color }),
      tags: own,
      ...geometry,
      shape: geometry.geometryType,
      ...(instance === undefined ? {} : { instance }),
      ...(text === '' ? {} : { description: text }),
      ...(predicted ? { nnCreated: true, nnUpdated: true } : {}),
    }));
  }

  return (result, context) => {
    const read = readRegions(result, (index, message) =>
      context.fault('entries that cannot be read', `result[${index}]`, `${message}; it is left out`),
    );
    const byId = new Map<string, Label[]>();
    const labels: Label[] = [];
    for (const region of read.regions) {
      const made = regionLabels(region, context);
      labels.push(...made);
      const id = String(region.result.id ?? '');
      if (id !== '') byId.set(id, made);
    }
    const groups = createGroups();
    for (const { from, to, hasLabels, index } of read.relations) {
      const [a, b] = [byId.get(from), byId.get(to)];
      if (a === undefined || b === undefined) {
        context.fault(
          'relations of unknown regions',
          `result[${index}]`,
          `expected two regions of this annotation, got ${JSON.stringify(from)} and ${JSON.stringify(to)}; the relation is left out`,
        );
        continue;
      }
      if (hasLabels)
        context.note(
          'labels of relations',
          `result[${index}].labels`,
          'labels of a relation have no place here; the relation itself is kept',
        );
      groups.join(from, to);
    }
    for (const ids of groups.all()) {
      const members = ids.flatMap((id) => byId.get(id) ?? []);
      const instance = newInstance();
      if (members.length > 1) for (const label of members) label.instance = instance;
    }
    return { labels, tags: read.answers.flatMap((answer) => answerTags(answer, 'imagesOnly', context)) };
  };
}

const newInstance = (): string => randomUUID().replaceAll('-', '');

/** What is related to what, over any number of steps. */
function createGroups(): { join(a: string, b: string): void; all(): string[][] } {
  const groupOf = new Map<string, string[]>();
  function own(id: string): string[] {
    const group = groupOf.get(id) ?? [id];
    groupOf.set(id, group);
    return group;
  }
  return {
    join(a, b) {
      const [left, right] = [own(a), own(b)];
      if (left === right) return;
      const [large, small] = left.length >= right.length ? [left, right] : [right, left];
      for (const id of small) {
        large.push(id);
        groupOf.set(id, large);
      }
    },
    all: () => [...new Set(groupOf.values())],
  };
}
