/** The file of a picture in label_2 as rectangles with tags. */
import type { Label, Tag } from '../../src/format/model.ts';
import type { LabelledItems, LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { readTextLines } from '../../src/plugin-kit/text-lines.ts';
import { boxPixels } from '../../src/plugin-kit/to-pixels.ts';
import { FIELDS_3D, type KittiObject, OCCLUDED, readObjectLine } from './object-line.ts';

/** Regions nobody labelled: what is found there counts neither as right nor as wrong. */
const DONT_CARE = 'DontCare';

export interface ObjectLabels {
  /** Throws for a file that cannot be read at all. */
  read(file: string, picture: LookedAt): Promise<Label[]>;
  /** Says how much the options left out. */
  finish(): Promise<void>;
}

export function createObjectLabels(
  ctx: ImportContext,
  items: Pick<LabelledItems, 'fault'>,
  classes: ShapeClasses,
  tags: TagNames,
): ObjectLabels {
  const { tree, signal, options, report } = ctx;
  const leftOut = { regions: 0, boxes: 0 };

  function tagsOf(object: KittiObject): Tag[] {
    const list: Tag[] = [];
    const number = (name: string, value: number | undefined): void => {
      if (value !== undefined) list.push(tags.number(name, value, 'objectsOnly'));
    };
    number('truncated', object.truncated);
    if (object.occluded !== undefined)
      list.push(tags.oneOf('occluded', object.occluded, OCCLUDED, 'objectsOnly'));
    number('alpha', object.alpha);
    number('score', object.score);
    if (object.threeD === undefined) return list;
    if (options.fields_3d !== true) leftOut.boxes++;
    else for (const [i, field] of FIELDS_3D.entries()) number(`3d ${field}`, object.threeD[i]);
    return list;
  }

  function label(object: KittiObject, picture: LookedAt): Label | undefined {
    const [left, top, right, bottom] = object.box;
    const corners = boxPixels(left, top, right - left + 1, bottom - top + 1, picture);
    if (corners === undefined) return undefined;
    return {
      classTitle: classes.titleOf(object.type, 'rectangle'),
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: { exterior: corners, interior: [] },
      tags: tagsOf(object),
      description: '',
    };
  }

  return {
    async read(file, picture) {
      const labels: Label[] = [];
      for await (const { text, line } of readTextLines(tree.locate(file), { file, signal })) {
        if (text.trim() === '') continue;
        const object = readObjectLine(text);
        const fault = (kind: string, message: string): void =>
          items.fault(kind, () => ({
            file,
            place: `line ${line}`,
            code: 'SLY_FORMAT_INVALID',
            message,
            hint: 'This object is left out.',
          }));
        if (typeof object === 'string') fault('objects that cannot be read', object);
        else if (object.type === DONT_CARE && options.dont_care !== true) leftOut.regions++;
        else {
          const made = label(object, picture);
          if (made !== undefined) labels.push(made);
          else
            fault(
              'objects outside of their picture',
              `expected a box inside of ${picture.width} x ${picture.height} pixels, got ${object.box.join(' ')}`,
            );
        }
      }
      return labels;
    },
    async finish() {
      const { regions, boxes } = leftOut;
      const say = (message: string, hint: string) =>
        report.warning({ code: 'SLY_FORMAT_INVALID', message, hint });
      if (regions > 0)
        await say(`${regions} ${DONT_CARE} regions were left out`, 'The option dont_care imports them.');
      if (boxes > 0)
        await say(
          `the 3-D fields of ${boxes} objects were left out`,
          'The option fields_3d keeps them as tags.',
        );
    },
  };
}
