/**
 * Labels of a QuickAnnotation as the bytes that JSON.stringify gives for those of labels.ts. Says no, and leaves
 * the line as it was, where something has to be cut, moved or told; labels.ts does that.
 */
import type { Points, Ring } from '../../src/format/model.ts';
import { nestRings } from '../../src/plugin-kit/rings.ts';
import { boxPixelsInto, polygonPixels, type Size } from '../../src/plugin-kit/to-pixels.ts';
import type { CategoryClasses } from './categories.ts';
import { DIGITS, type KeyMaker, putInstanceDigits } from './instance-keys.ts';
import { type LineBuffer, putBytes, putNumber, putText, room } from './line-buffer.ts';
import type { QuickAnnotation } from './quick-annotation.ts';

export interface InstanceKeys {
  prefix: Uint8Array;
  keys: KeyMaker;
}

/** The beginnings of labels of one category, up to their first point. */
export interface QuickCategory {
  polygon: Uint8Array | undefined;
  box: Uint8Array | undefined;
}

export function quickCategory({ polygon, box }: CategoryClasses): QuickCategory {
  const begin = (title: string, shape: string): Uint8Array =>
    Buffer.from(
      `{"classTitle":${JSON.stringify(title)},"tags":[],"geometryType":"${shape}","shape":"${shape}","points":{"exterior":[`,
    );
  return {
    polygon: polygon === undefined ? undefined : begin(polygon, 'polygon'),
    box: box === undefined ? undefined : begin(box, 'rectangle'),
  };
}

const [QUOTE, COMMA, OPEN, CLOSE, CLOSE_BRACE] = [0x22, 0x2c, 0x5b, 0x5d, 0x7d];
const END = Buffer.from('],"interior":[]}');
const INSTANCE = Buffer.from(',"instance":"');

/** x and y of the pixels of one ring. */
let pixels = new Int32Array(1024);

/** Labels of `found` behind those that are there, each with a comma behind it. */
export function putQuickLabels(
  line: LineBuffer,
  found: QuickAnnotation,
  { polygon, box }: QuickCategory,
  size: Size,
  instance: InstanceKeys,
): boolean {
  const start = line.at;
  const rings = polygon === undefined ? 0 : found.rings;
  const boxes = box === undefined ? NO_BOX : readCorners(found, size);
  if (boxes === TO_TELL) return false;
  if (rings > 1 && mayNest(found))
    return polygon !== undefined && putNested(line, found, { polygon, box }, size, instance);
  const key = rings + boxes > 1 ? instance : undefined;
  let from = 0;
  for (let ring = 0; ring < rings; ring++) {
    const end = found.ends[ring] as number;
    const points = ringPixels(found.values, from, end, size);
    if (points < 0) {
      line.at = start;
      return false;
    }
    putBytes(line, polygon as Uint8Array);
    putPixels(line, points);
    putBytes(line, END);
    putEnd(line, key);
    from = end;
  }
  if (boxes === BOX) putBox(line, box as Uint8Array, key);
  if (key !== undefined) key.keys.next++;
  return true;
}

const corners = new Int32Array(4);
const [NO_BOX, BOX, TO_TELL] = [0, 1, 2];

/** Pixels of the box into `corners`, if there is one and nothing is to be said of it. */
function readCorners({ hasBox, box }: QuickAnnotation, size: Size): number {
  if (!hasBox) return NO_BOX;
  const x = box[0] as number;
  const y = box[1] as number;
  const w = box[2] as number;
  const h = box[3] as number;
  if (w === 0 && h === 0 && x === 0 && y === 0) return NO_BOX;
  return boxPixelsInto(x, y, w, h, size, corners) ? BOX : TO_TELL;
}

/** Pixels of a ring into `pixels`; returns how many points, -1 when it has to be cut or told of. */
function ringPixels(values: Float64Array, from: number, until: number, size: Size): number {
  let end = until;
  if ((end - from) % 2 === 1 || end - from < 6) return -1;
  if (end - from > 6 && values[from] === values[end - 2] && values[from + 1] === values[end - 1]) end -= 2;
  if (end - from > pixels.length) pixels = new Int32Array(2 * (end - from));
  const into = pixels;
  const width = size.width;
  const height = size.height;
  let count = 0;
  let lastX = -1;
  let lastY = -1;
  for (let i = from; i < end; i += 2) {
    // No pairs in here: until this is compiled, each would be two objects.
    const exactX = values[i] as number;
    const exactY = values[i + 1] as number;
    if (!(exactX >= 0 && exactY >= 0 && exactX <= width && exactY <= height)) return -1;
    const x = Math.min(exactX, width - 1) | 0;
    const y = Math.min(exactY, height - 1) | 0;
    if (x === lastX && y === lastY) continue;
    into[count] = x;
    into[count + 1] = y;
    count += 2;
    lastX = x;
    lastY = y;
  }
  if (count > 6 && into[0] === lastX && into[1] === lastY) count -= 2;
  return count < 6 ? -1 : count / 2;
}

/** A ring whose box lies in the box of another may be its hole. */
function mayNest({ values, ends, rings }: QuickAnnotation): boolean {
  const boxes = new Float64Array(4 * rings);
  let from = 0;
  for (let ring = 0; ring < rings; ring++) {
    const end = ends[ring] as number;
    let left = Infinity;
    let top = Infinity;
    let right = -Infinity;
    let bottom = -Infinity;
    for (let i = from; i + 1 < end; i += 2) {
      const x = values[i] as number;
      const y = values[i + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    boxes[4 * ring] = left;
    boxes[4 * ring + 1] = top;
    boxes[4 * ring + 2] = right;
    boxes[4 * ring + 3] = bottom;
    from = end;
  }
  for (let a = 0; a < boxes.length; a += 4) {
    for (let b = 0; b < boxes.length; b += 4) {
      if (a === b) continue;
      if (
        (boxes[a] as number) <= (boxes[b] as number) &&
        (boxes[a + 1] as number) <= (boxes[b + 1] as number) &&
        (boxes[a + 2] as number) >= (boxes[b + 2] as number) &&
        (boxes[a + 3] as number) >= (boxes[b + 3] as number)
      )
        return true;
    }
  }
  return false;
}

function putNested(
  line: LineBuffer,
  found: QuickAnnotation,
  { polygon, box }: { polygon: Uint8Array; box: Uint8Array | undefined },
  size: Size,
  instance: InstanceKeys,
): boolean {
  const rings: Ring[] = [];
  let from = 0;
  for (let ring = 0; ring < found.rings; ring++) {
    const end = found.ends[ring] as number;
    if (ringPixels(found.values, from, end, size) < 0) return false;
    const points: Ring = [];
    for (let i = from; i < end; i += 2)
      points.push([found.values[i] as number, found.values[i + 1] as number]);
    const [first, last] = [points[0], points.at(-1)];
    if (points.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1]) points.pop();
    rings.push(points);
    from = end;
  }
  const polygons: Points[] = nestRings(rings).flatMap((one) => polygonPixels(one, size));
  const boxes = box === undefined ? NO_BOX : readCorners(found, size);
  const key = polygons.length + boxes > 1 ? instance : undefined;
  for (const { exterior, interior } of polygons) {
    putBytes(line, polygon);
    putText(line, `${JSON.stringify(exterior).slice(1, -1)}],"interior":${JSON.stringify(interior)}}`);
    putEnd(line, key);
  }
  if (boxes === BOX && box !== undefined) putBox(line, box, key);
  if (key !== undefined) key.keys.next++;
  return true;
}

function putPixels(line: LineBuffer, points: number): void {
  room(line, 24 * points);
  const { bytes } = line;
  const from = pixels;
  let { at } = line;
  for (let i = 0; i < 2 * points; i += 2) {
    bytes[at++] = OPEN;
    at = putNumber(bytes, at, from[i] as number);
    bytes[at++] = COMMA;
    at = putNumber(bytes, at, from[i + 1] as number);
    bytes[at++] = CLOSE;
    bytes[at++] = COMMA;
  }
  line.at = at - 1;
}

function putBox(line: LineBuffer, begin: Uint8Array, key: InstanceKeys | undefined): void {
  putBytes(line, begin);
  pixels.set(corners);
  putPixels(line, 2);
  putBytes(line, END);
  putEnd(line, key);
}

/** Closes the label; all labels of one annotation have one key, if any. */
function putEnd(line: LineBuffer, key: InstanceKeys | undefined): void {
  if (key === undefined) room(line, 2);
  else {
    putBytes(line, INSTANCE);
    putBytes(line, key.prefix);
    room(line, DIGITS + 3);
    line.at = putInstanceDigits(line.bytes, line.at, key.keys.next);
    line.bytes[line.at++] = QUOTE;
  }
  line.bytes[line.at++] = CLOSE_BRACE;
  line.bytes[line.at++] = COMMA;
}
