/** One VOC XML document -> what it says, as numbers and texts. Nothing here knows pictures or projects. */
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { childOf, childText, type XmlElement } from '../../src/plugin-kit/xml.ts';

export interface VocBox {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** `text` undefined: the element is empty. */
export interface VocField {
  name: string;
  text: string | undefined;
  /** From `<actions>`, or one of the flags: 1 means yes, all else no. */
  isFlag: boolean;
}

export interface VocObject {
  name: string;
  line: number;
  box: VocBox | undefined;
  /** Corner points, as some programs add them. */
  polygon: [number, number][] | undefined;
  point: [number, number] | undefined;
  parts: { name: string; line: number; box: VocBox; fields: VocField[] }[];
  fields: VocField[];
}

export interface VocAnnotation {
  /** As the file names its picture. */
  fileName: string | undefined;
  width: number | undefined;
  height: number | undefined;
  objects: VocObject[];
  faults: VocFault[];
}

export interface VocFault {
  /** In the plural. */
  kind: string;
  problem: Problem;
}

const FLAGS = new Set(['truncated', 'difficult', 'occluded', 'obstacle', 'out-of-scope']);
/** Of an object or part, and read elsewhere. */
const STRUCTURE = new Set([
  'name',
  'class',
  'bndbox',
  'part',
  'polygon',
  'point',
  'attributes',
  'actions',
  'object',
]);

export function readAnnotation(root: XmlElement, file: string): VocAnnotation {
  const faults: VocFault[] = [];
  const objects: VocObject[] = [];
  const size = childOf(root, 'size');
  for (const element of objectsIn(root)) {
    const object = readObject(element, file, faults);
    if (object !== undefined) objects.push(object);
  }
  return {
    fileName: childText(root, 'filename') || undefined,
    width: toNumber(size && childText(size, 'width')),
    height: toNumber(size && childText(size, 'height')),
    objects,
    faults,
  };
}

/** Also those inside other elements, in the order of the document. */
function* objectsIn(element: XmlElement): Generator<XmlElement> {
  for (const child of element.children) {
    if (child.name === 'object') yield child;
    yield* objectsIn(child);
  }
}

function readObject(element: XmlElement, file: string, faults: VocFault[]): VocObject | undefined {
  const { line } = element;
  const fault = (kind: string, at: XmlElement, message: string): undefined => {
    faults.push({
      kind,
      problem: { file, place: `line ${at.line}`, code: 'SLY_FORMAT_INVALID', message },
    });
  };
  const name = childText(element, 'name') || childText(element, 'class');
  if (!name) return fault('objects without a name', element, 'expected <name> in the object, got none');

  function boxOf(owner: XmlElement, what: string): VocBox | undefined {
    const bndbox = childOf(owner, 'bndbox');
    if (bndbox === undefined)
      return fault(`${what}s without a box`, owner, `expected <bndbox> in the ${what}, got none`);
    const sides = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => toNumber(childText(bndbox, side)));
    const [xmin, ymin, xmax, ymax] = sides;
    if (xmin === undefined || ymin === undefined || xmax === undefined || ymax === undefined) {
      const got = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => childText(bndbox, side) ?? 'nothing');
      const message = `expected numbers for xmin, ymin, xmax and ymax, got ${got.join(', ').slice(0, 100)}`;
      return fault('boxes without four numbers', bndbox, message);
    }
    return { xmin, ymin, xmax, ymax };
  }

  const polygon = polygonOf(childOf(element, 'polygon'));
  const point = pointOf(childOf(element, 'point'));
  const hasBox = childOf(element, 'bndbox') !== undefined;
  const box = hasBox || (polygon ?? point) === undefined ? boxOf(element, 'object') : undefined;
  if (box === undefined && polygon === undefined && point === undefined) return undefined;
  const parts: VocObject['parts'] = [];
  for (const part of element.children) {
    if (part.name !== 'part') continue;
    const partName = childText(part, 'name');
    if (!partName) fault('parts without a name', part, 'expected <name> in the part, got none');
    else {
      const partBox = boxOf(part, 'part');
      if (partBox !== undefined)
        parts.push({ name: partName, line: part.line, box: partBox, fields: fieldsOf(part) });
    }
  }
  return { name, line, box, polygon, point, parts, fields: fieldsOf(element) };
}

/** What else an element says: its other children, those of `actions`, and the pairs of `attributes`. */
function fieldsOf(element: XmlElement): VocField[] {
  const fields: VocField[] = [];
  const add = (name: string, text: string, isFlag: boolean): void => {
    fields.push({ name, text: text === '' ? undefined : text, isFlag });
  };
  for (const child of element.children) {
    if (child.name === 'actions') {
      for (const action of child.children) add(action.name, action.text, true);
    } else if (child.name === 'attributes') {
      for (const pair of child.children) {
        const name = childText(pair, 'name');
        if (pair.name === 'attribute' && name) add(name, childText(pair, 'value') ?? '', false);
        else add(pair.name, pair.text, false);
      }
    } else if (!STRUCTURE.has(child.name)) addNested(child, child.name);
  }
  return fields;

  /** `<a><b>1</b></a>` is the field `a.b`. */
  function addNested(child: XmlElement, name: string): void {
    if (child.children.length === 0 || child.text !== '')
      add(name, child.text, FLAGS.has(name.toLowerCase()));
    for (const below of child.children) addNested(below, `${name}.${below.name}`);
  }
}

/** `<x1> <y1> <x2> <y2> ...`, or `<pt><x><y></pt>` each. */
function polygonOf(element: XmlElement | undefined): [number, number][] | undefined {
  if (element === undefined) return undefined;
  const points: [number, number][] = [];
  const numbered = new Map(element.children.map((child) => [child.name, child.text]));
  for (let i = 1; numbered.has(`x${i}`); i++) {
    const [x, y] = [toNumber(numbered.get(`x${i}`)), toNumber(numbered.get(`y${i}`))];
    if (x !== undefined && y !== undefined) points.push([x, y]);
  }
  for (const child of element.children) {
    const point = child.name === 'pt' ? pointOf(child) : undefined;
    if (point !== undefined) points.push(point);
  }
  return points.length >= 3 ? points : undefined;
}

function pointOf(element: XmlElement | undefined): [number, number] | undefined {
  if (element === undefined) return undefined;
  const [x, y] = [toNumber(childText(element, 'x')), toNumber(childText(element, 'y'))];
  return x === undefined || y === undefined ? undefined : [x, y];
}
