/** Makes a cloud of a file: PCD, PLY or LAS by its first bytes. */
import { Unreadable } from '../../../reading/unreadable.ts';
import type { Cloud } from './cloud.ts';
import { colorSource } from './colors.ts';
import { isLas, lasSource } from './las.ts';
import { isPcd, pcdSource } from './pcd.ts';
import { isPly, plySource } from './ply.ts';
import type { PointSource } from './point-source.ts';

const LOOKED_AT = 4096;
const INTENSITY = ['intensity', 'scalar_intensity', 'reflectivity', 'i'];

/** Of more than `most` points every second, third ... is in the cloud. Throws Unreadable. */
export function readCloud(bytes: Uint8Array, most: number): Cloud {
  const source = sourceOf(bytes);
  const find = (...names: string[]): number[] => {
    const at = source.columns.findIndex((column) => names.includes(column.name));
    return at === -1 ? [] : [at];
  };
  const place = ['x', 'y', 'z'].flatMap((name) => find(name));
  if (place.length < 3) throw new Unreadable('The points of this file have no x, y and z.');
  const intensityAt = find(...INTENSITY);
  const colors = colorSource(source.columns, find);

  const picks = spread(source.count, most);
  const xyz = new Float64Array(3 * picks.length);
  const index = new Uint32Array(picks.length);
  const intensity = intensityAt.length === 0 ? undefined : new Float32Array(picks.length);
  const raw = colors === undefined ? undefined : new Float64Array(colors.columns.length * picks.length);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  let [shown, read] = [0, 0];
  source.each([...place, ...intensityAt, ...(colors?.columns ?? [])], picks, (values, at) => {
    read++;
    if (!Number.isFinite((values[0] as number) + (values[1] as number) + (values[2] as number))) return;
    for (let axis = 0; axis < 3; axis++) {
      const value = values[axis] as number;
      xyz[3 * shown + axis] = value;
      if (value < (low[axis] as number)) low[axis] = value;
      if (value > (high[axis] as number)) high[axis] = value;
    }
    index[shown] = picks[at] as number;
    let next = 3;
    if (intensity !== undefined) intensity[shown] = values[next++] as number;
    if (raw !== undefined)
      for (let k = next; k < values.length; k++)
        raw[(values.length - next) * shown + k - next] = values[k] as number;
    shown++;
  });

  const origin = [0, 1, 2].map((axis) =>
    shown === 0 ? 0 : Math.round(((low[axis] as number) + (high[axis] as number)) / 2),
  ) as Cloud['origin'];
  const positions = new Float32Array(3 * shown);
  for (let at = 0; at < positions.length; at++)
    positions[at] = (xyz[at] as number) - (origin[at % 3] as number);
  return {
    declared: source.declared,
    present: source.count,
    placeless: read - shown,
    index: index.slice(0, shown),
    positions,
    origin,
    rgb: raw === undefined ? undefined : colors?.toRgb(raw.subarray(0, colors.columns.length * shown)),
    intensity: intensity?.slice(0, shown),
  };
}

function sourceOf(bytes: Uint8Array): PointSource {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, LOOKED_AT));
  if (isPcd(start)) return pcdSource(bytes);
  if (isPly(start)) return plySource(bytes);
  if (isLas(start)) return lasSource(bytes);
  throw new Unreadable('The page reads point clouds as PCD, PLY and LAS; this file is none of them.');
}

/** `most` of `count` numbers from 0, evenly. */
function spread(count: number, most: number): Uint32Array {
  const shown = Math.min(count, most);
  const picks = new Uint32Array(shown);
  for (let at = 0; at < shown; at++) picks[at] = Math.floor((at * count) / shown);
  return picks;
}
