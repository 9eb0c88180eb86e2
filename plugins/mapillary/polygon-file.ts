/** Outlines of version 2: `{"width", "height", "objects": [{"label", "polygon": [[x, y], ...]}]}`. */
import type { Points, Ring } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';

export interface NamedPolygons {
  /** `object--vehicle--car`. */
  name: string;
  /** Pieces inside the picture; none when all of it is outside. */
  pieces: Points[];
}

export interface PolygonFault {
  /** JSON path. */
  place: string;
  message: string;
}

export interface PolygonFile {
  objects: NamedPolygons[];
  faults: PolygonFault[];
  /** Where the file says another size than the picture has: coordinates were scaled. */
  scaled?: Size;
}

/** Throws SLY_FORMAT_JSON or SLY_FORMAT_INVALID when there is no list of objects. */
export function readPolygonFile(text: string, size: Size): PolygonFile {
  const json = parse(text);
  if (!isRecord(json) || !Array.isArray(json.objects))
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected an object with a list of objects, got ${isRecord(json) ? `objects: ${shown(json.objects)}` : shown(json)}`,
    });
  const [width, height] = [toNumber(json.width), toNumber(json.height ?? json.heigth)];
  const drawn =
    width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : size;
  const [sx, sy] = [size.width / drawn.width, size.height / drawn.height];
  const file: PolygonFile = { objects: [], faults: [] };
  if (sx !== 1 || sy !== 1) file.scaled = drawn;
  for (const [i, object] of json.objects.entries()) {
    const read = readObject(object, `objects[${i}]`);
    if ('message' in read) file.faults.push(read);
    else {
      const pieces = read.rings.flatMap((ring) => {
        const exterior: Ring = ring.map(([x, y]) => [x * sx, y * sy]);
        return polygonPixels({ exterior, interior: [] }, size);
      });
      file.objects.push({ name: read.name, pieces });
    }
  }
  return file;
}

function readObject(object: unknown, place: string): { name: string; rings: Ring[] } | PolygonFault {
  if (!isRecord(object)) return { place, message: `expected an object, got ${shown(object)}` };
  if (typeof object.label !== 'string' || object.label === '')
    return { place: `${place}.label`, message: `expected the name of a class, got ${shown(object.label)}` };
  const rings = readRings(object.polygon);
  if (rings === undefined)
    return {
      place: `${place}.polygon`,
      message: `expected three points [x, y] or more, got ${shown(object.polygon)}`,
    };
  return { name: object.label, rings };
}

/** Points, or rings that are points or flat lists `[x, y, x, y, ...]`. Undefined when one of them is not. */
function readRings(value: unknown): Ring[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const points = readPoints(value);
  if (points !== undefined) return points.length >= 3 ? [points] : undefined;
  const rings: Ring[] = [];
  for (const part of value) {
    const ring = Array.isArray(part) ? (readPoints(part) ?? readFlat(part)) : undefined;
    if (ring === undefined || ring.length < 3) return undefined;
    rings.push(ring);
  }
  return rings;
}

function readPoints(list: readonly unknown[]): Ring | undefined {
  const ring: Ring = [];
  for (const point of list) {
    if (!Array.isArray(point) || point.length !== 2) return undefined;
    const [x, y] = point.map(toNumber);
    if (x === undefined || y === undefined) return undefined;
    ring.push([x, y]);
  }
  return ring;
}

function readFlat(list: readonly unknown[]): Ring | undefined {
  if (list.length % 2 !== 0) return undefined;
  return readPoints(Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SlyError('SLY_FORMAT_JSON', { detail: (error as Error).message, cause: error });
  }
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);
