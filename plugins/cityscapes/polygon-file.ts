/** One `_polygons.json` -> labels. What is wrong with one object loses that object. */
import type { Label, Point, Points, Ring } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { splitRings } from './joined-rings.ts';
import { OUT_OF_ROI } from './table.ts';

export interface PolygonObject {
  label: string;
  points: Points;
  instance?: string;
}

export interface PolygonFile {
  size: { width: number; height: number } | undefined;
  objects: PolygonObject[];
  faults: { place: string; message: string }[];
}

/** Throws SLY_FORMAT_INVALID when it is something else. */
export function readPolygonFile(json: unknown): PolygonFile {
  if (!isRecord(json) || !Array.isArray(json.objects))
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected imgWidth, imgHeight and objects, got ${shown(json)}`,
    });
  const [width, height] = [toNumber(json.imgWidth), toNumber(json.imgHeight)];
  const file: PolygonFile = {
    size: width === undefined || height === undefined ? undefined : { width, height },
    objects: [],
    faults: [],
  };
  for (const [i, object] of (json.objects as unknown[]).entries()) {
    const read = readObject(object);
    if (read === undefined) continue;
    if ('message' in read) file.faults.push({ place: `objects[${i}]${read.at}`, message: read.message });
    else file.objects.push(read);
  }
  return file;
}

/** Undefined for one that was deleted by its author and is still listed. */
function readObject(object: unknown): PolygonObject | { at: string; message: string } | undefined {
  if (!isRecord(object)) return { at: '', message: `expected an object, got ${shown(object)}` };
  const { label, polygon, deleted, instance } = object;
  if (deleted === 1 || deleted === true) return undefined;
  if (typeof label !== 'string' || label.trim() === '')
    return { at: '.label', message: `expected the name of a class, got ${shown(label)}` };
  if (!Array.isArray(polygon))
    return { at: '.polygon', message: `expected a list of points, got ${shown(polygon)}` };
  const list: Ring = [];
  for (const [i, point] of (polygon as unknown[]).entries()) {
    const read = readPoint(point);
    if (read === undefined) return { at: `.polygon[${i}]`, message: `expected [x, y], got ${shown(point)}` };
    list.push(read);
  }
  if (list.length < 3) return { at: '.polygon', message: `expected 3 points or more, got ${list.length}` };
  return {
    label,
    points: splitRings(list, label === OUT_OF_ROI),
    ...(typeof instance === 'string' && instance !== '' ? { instance } : {}),
  };
}

/** Whole numbers, as the format has them. */
function readPoint(point: unknown): Point | undefined {
  if (!Array.isArray(point)) return undefined;
  const [x, y] = [toNumber(point[0]), toNumber(point[1])];
  return x === undefined || y === undefined ? undefined : [Math.trunc(x) + 0, Math.trunc(y) + 0];
}

/** A point on the far border of the picture (x = width) is in its last pixel. */
export function polygonLabel(
  { points, instance }: PolygonObject,
  classTitle: string,
  { width, height }: { width: number; height: number },
): Label {
  const inside = (ring: Ring): Ring =>
    ring.map(([x, y]) => [x === width ? width - 1 : x, y === height ? height - 1 : y]);
  return {
    classTitle,
    tags: [],
    geometryType: 'polygon',
    shape: 'polygon',
    points: { exterior: inside(points.exterior), interior: points.interior.map(inside) },
    ...(instance === undefined ? {} : { instance }),
  };
}
