/** A .bin of KITTI (x, y, z, intensity) or nuScenes (and ring), 32-bit floats, as PCD. */
import type { FileHandle } from 'node:fs/promises';
import { openPcd } from './pcd-writer.ts';
import { readRows } from './read-rows.ts';
import { FLOAT32, UINT32 } from './scalars.ts';

const field = (name: string, scalar = FLOAT32) => ({ name, scalar });

interface BinOptions {
  values: 4 | 5;
  /** The intensity becomes the red of a colour, as older programs have it, instead of a field of its own. */
  intensityAsRed: boolean;
  signal: AbortSignal;
}

export async function binToPcd(
  from: FileHandle,
  size: number,
  to: FileHandle,
  { values, intensityAsRed, signal }: BinOptions,
): Promise<void> {
  const step = 4 * values;
  const rows = { start: 0, step, count: size / step };
  const most = intensityAsRed ? await highest(from, rows) : 1;
  const place = ['x', 'y', 'z'].map((name) => field(name));
  const ring = values === 5 ? [field('ring')] : [];
  const fields = [...place, intensityAsRed ? field('rgb', UINT32) : field('intensity'), ...ring];
  const writer = await openPcd(to, fields, rows.count);
  const row = new Float64Array(values);
  await readRows(from, rows, (view, at) => {
    for (let k = 0; k < values; k++) row[k] = view.getFloat32(at + 4 * k, true);
    if (intensityAsRed) row[3] = redOf((row[3] as number) / most);
    signal.throwIfAborted();
    return writer.point(row);
  });
  await writer.end();
}

/** 1 where the intensities are shares already. */
async function highest(from: FileHandle, rows: Parameters<typeof readRows>[1]): Promise<number> {
  let most = 1;
  await readRows(from, rows, (view, at) => {
    const intensity = view.getFloat32(at + 12, true);
    if (intensity > most && Number.isFinite(intensity)) most = intensity;
  });
  return most;
}

/** 0xRRGGBB of a share from 0 to 1. */
const redOf = (share: number): number => Math.round(255 * Math.min(1, Math.max(0, share || 0))) << 16;
