/** data.yaml of an export, as the loader of Ultralytics wants it. */
import type { Split } from '../../src/plugin-kit/splits.ts';
import { SPLITS } from '../../src/plugin-kit/splits.ts';
import type { ExportClass } from './export-classes.ts';
import type { Task } from './line-shape.ts';

export interface DataYaml {
  task: Task;
  /** Splits with a picture. */
  used: ReadonlySet<Split>;
  classes: readonly ExportClass[];
}

/**
 * No `path`: without it places are relative to this file, wherever it is unpacked. `train` and `val` must both be
 * there: an empty one means the pictures of the other.
 */
export function dataYaml({ task, used, classes }: DataYaml): string {
  const lines: string[] = [];
  const first = SPLITS.find((split) => used.has(split)) ?? 'train';
  for (const split of SPLITS) {
    if (!used.has(split) && split === 'test') continue;
    lines.push(`${split}: images/${used.has(split) ? split : first}`);
  }
  lines.push('', `nc: ${classes.length}`);
  lines.push(classes.length === 0 ? 'names: {}' : 'names:');
  for (const { index, name } of classes) lines.push(`  ${index}: ${quoted(name)}`);
  if (classes.length > 0) {
    lines.push('', 'colors:');
    for (const { color } of classes) lines.push(`  - [${rgb(color).join(', ')}]`);
  }
  if (task === 'pose') lines.push('', ...keypointLines(classes));
  return `${lines.join('\n')}\n`;
}

/** The most keypoints any class has: lines of the others are filled up. */
export function keypointCount(classes: readonly ExportClass[]): number {
  return Math.max(0, ...classes.map(({ keypoints }) => keypoints?.ids.length ?? 0));
}

function keypointLines(classes: readonly ExportClass[]): string[] {
  const lines = [`kpt_shape: [${keypointCount(classes)}, 3]`];
  const own = classes.flatMap(({ index, keypoints }) =>
    keypoints === undefined ? [] : [{ index, keypoints }],
  );
  // One list for all classes: where they do not agree there is none, and the loader does not mirror.
  const flips = new Set(own.map(({ keypoints }) => JSON.stringify(keypoints.flip)));
  const flip = own[0]?.keypoints.flip;
  if (flips.size === 1 && flip !== undefined) lines.push(`flip_idx: [${flip.join(', ')}]`);
  const named = own.filter(({ keypoints }) => keypoints.names !== undefined);
  if (named.length > 0) lines.push('kpt_names:');
  for (const { index, keypoints } of named)
    lines.push(`  ${index}: [${(keypoints.names ?? []).map(quoted).join(', ')}]`);
  return lines;
}

/** JSON is YAML, but for characters YAML does not allow to stand for themselves. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function rgb(color: string): number[] {
  const value = /^#[0-9a-f]{6}$/i.test(color) ? Number.parseInt(color.slice(1), 16) : 0;
  return [value >> 16, (value >> 8) & 255, value & 255];
}
