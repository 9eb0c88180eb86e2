/** What a plugin wrote into `results/segments`, in order. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SegmentLine } from '../../src/protocol/plugin.ts';

export function segmentLines(results: string): SegmentLine[] {
  const folder = path.join(results, 'segments');
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SegmentLine);
}
