/** Names and colours of the numbers in masks: those of Cityscapes, which KITTI uses, or the source's own. */
import { isRecord } from '../../src/format/problem.ts';

export interface MaskClass {
  name: string;
  color?: string;
}

const CITYSCAPES = `unlabeled 000000|ego vehicle 000000|rectification border 000000|out of roi 000000|static 000000
dynamic 6F4A00|ground 510051|road 804080|sidewalk F423E8|parking FAAAA0|rail track E6968C|building 464646|wall 66669C
fence BE9999|guard rail B4A5B4|bridge 966464|tunnel 96785A|pole 999999|polegroup 999999|traffic light FAAA1E
traffic sign DCDC00|vegetation 6B8E23|terrain 98FB98|sky 4682B4|person DC143C|rider FF0000|car 00008E|truck 000046
bus 003C64|caravan 00005A|trailer 00006E|train 005064|motorcycle 0000E6|bicycle 770B20`;

export const DEFAULT_CLASSES: ReadonlyMap<number, MaskClass> = new Map(
  CITYSCAPES.split(/[|\n]/).map((entry, id) => [
    id,
    { name: entry.slice(0, entry.lastIndexOf(' ')), color: `#${entry.slice(-6)}` },
  ]),
);

/** `[{"name", "id", "color"}]`, colour `#RRGGBB` or three numbers. Undefined when it is no such list. */
export function readClassTable(json: unknown): Map<number, MaskClass> | undefined {
  if (!Array.isArray(json)) return undefined;
  const table = new Map<number, MaskClass>();
  for (const entry of json as unknown[]) {
    if (!isRecord(entry) || typeof entry.name !== 'string' || entry.name === '') return undefined;
    const { id, name } = entry;
    if (typeof id !== 'number' || !Number.isInteger(id)) return undefined;
    const color = colourOf(entry.color);
    table.set(id, { name, ...(color === undefined ? {} : { color }) });
  }
  return table.size === 0 ? undefined : table;
}

function colourOf(value: unknown): string | undefined {
  if (typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)) return value.toUpperCase();
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const whole = value.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return whole
    ? `#${Buffer.from(value as number[])
        .toString('hex')
        .toUpperCase()}`
    : undefined;
}
