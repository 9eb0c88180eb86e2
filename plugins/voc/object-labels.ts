/** Objects of an XML file and parts of its masks -> labels; what belongs to one object shares a key. */
import type { Label, Point, Ring, Tag } from '../../src/format/model.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { ClassTitles } from './class-titles.ts';
import type { ObjectTags } from './object-tags.ts';
import type { ImportOptions } from './options.ts';
import type { VocBox, VocFault, VocObject } from './read-annotation.ts';
import type { MaskPart } from './split-masks.ts';

export interface LabelSources {
  objects: readonly VocObject[];
  masks: readonly MaskPart[];
  size: Size;
  /** Path of the class mask, for faults. */
  maskFile: string | undefined;
}

export interface LabelContext {
  titles: ClassTitles;
  tags: ObjectTags;
  options: ImportOptions;
  /** A key that no other object has. */
  instance(): string;
}

export function labelsOf(
  { objects, masks, size, maskFile }: LabelSources,
  context: LabelContext,
): { labels: Label[]; faults: VocFault[] } {
  const { titles, options } = context;
  const faults: VocFault[] = [];
  const labels: Label[] = [];
  const ofObject = new Map<VocObject, Label[]>();
  for (const part of masks) {
    const title = titles.ofMask(part.colour, part.grey);
    if (title === undefined) {
      faults.push(unknownColour(part, maskFile));
      continue;
    }
    const label: Label = {
      classTitle: title,
      tags: [],
      geometryType: 'bitmap',
      shape: 'bitmap',
      bitmap: part.bitmap,
    };
    const owner = ownerOf(part, title, objects, context);
    if (owner === undefined) labels.push(label);
    else ofObject.set(owner, [...(ofObject.get(owner) ?? []), label]);
  }
  const ofObjects: Label[] = [];
  for (const object of objects) {
    const own = [...(ofObject.get(object) ?? []), ...objectLabels(object, size, context)];
    if (options.parts)
      for (const part of object.parts)
        own.push(boxLabel(part.name, part.box, size, context, context.tags.of(part.fields)));
    if (own.length > 1) {
      const instance = context.instance();
      for (const label of own) label.instance = instance;
    }
    ofObjects.push(...own);
  }
  return { labels: [...labels, ...ofObjects], faults };
}

/** Number N of an object mask is the Nth object of the XML file, if class and place agree. */
function ownerOf(
  { index, box }: MaskPart,
  title: string,
  objects: readonly VocObject[],
  { titles, options }: LabelContext,
): VocObject | undefined {
  const object = index === undefined ? undefined : objects[index - 1];
  if (object?.box === undefined || titles.ofMaskName(object.name) !== title) return undefined;
  const { xmin, ymin, xmax, ymax } = object.box;
  const [left, top, right, bottom] = box;
  const { origin } = options;
  const meets =
    left <= xmax - origin && right >= xmin - origin && top <= ymax - origin && bottom >= ymin - origin;
  return meets ? object : undefined;
}

function objectLabels(object: VocObject, size: Size, context: LabelContext): Label[] {
  const tags = context.tags.of(object.fields);
  const { titles, options } = context;
  const pixel = ([x, y]: Point): Point => [Math.round(x - options.origin), Math.round(y - options.origin)];
  const labels: Label[] = [];
  if (object.box !== undefined) labels.push(boxLabel(object.name, object.box, size, context, tags));
  if (object.polygon !== undefined) {
    const exterior: Ring = object.polygon.map(pixel);
    labels.push(flat(titles.of(object.name, 'polygon'), 'polygon', exterior, tags));
  }
  if (object.point !== undefined)
    labels.push(flat(titles.of(object.name, 'point'), 'point', [pixel(object.point)], tags));
  return labels;
}

function boxLabel(
  name: string,
  box: VocBox,
  size: Size,
  { titles, options }: LabelContext,
  tags: Tag[],
): Label {
  const { origin } = options;
  const [left, right] = span(box.xmin - origin, box.xmax - origin, size.width);
  const [top, bottom] = span(box.ymin - origin, box.ymax - origin, size.height);
  const corners: Ring = [
    [left, top],
    [right, bottom],
  ];
  return flat(titles.of(name, 'rectangle'), 'rectangle', corners, tags);
}

/** Both ends are pixels of the box. One beyond the border is somebody who counts differently: said of none. */
function span(from: number, to: number, size: number): [number, number] {
  const [low, high] = [Math.round(Math.min(from, to)), Math.round(Math.max(from, to))];
  return [low === -1 && high >= 0 ? 0 : low, high === size && low < size ? size - 1 : high];
}

function flat(
  classTitle: string,
  type: 'rectangle' | 'polygon' | 'point',
  exterior: Ring,
  tags: Tag[],
): Label {
  return { classTitle, tags, geometryType: type, shape: type, points: { exterior, interior: [] } };
}

function unknownColour({ colour, grey, box }: MaskPart, file: string | undefined): VocFault {
  const rgb = [colour >> 16, (colour >> 8) & 0xff, colour & 0xff].join(', ');
  const message = `expected a colour of a class, got ${grey === undefined ? rgb : `the number ${grey}`} at ${box[0]}, ${box[1]}; not all objects or classes are captured`;
  return {
    kind: 'areas of masks in colours that belong to no class',
    problem: {
      ...(file === undefined ? {} : { file }),
      code: 'SLY_FORMAT_INVALID',
      message,
      hint: 'Add the colour to colors.txt: name, red, green, blue.',
    },
  };
}
