/**
 * `instances_*.json` and `person_keypoints_*.json` describe the same objects under the same ids. One object said
 * in two files is one annotation with what either has.
 */
import type { IdCodes } from './id-code.ts';
import type { RawEntry } from './job-entries.ts';

const SHAPES = ['segmentation', 'keypoints', 'bbox'] as const;
const PARTS = [...SHAPES, 'attributes', 'iscrowd'] as const;

/** `categoryOf` names the category of an entry, which has another id in another file. */
export function mergeSame(
  entries: readonly RawEntry[],
  idOf: IdCodes,
  categoryOf: (entry: RawEntry) => string | undefined,
): RawEntry[] {
  const merged: RawEntry[] = [];
  const byId = new Map<number, RawEntry>();
  for (const entry of entries) {
    const id = idOf(entry.value.id);
    const category = categoryOf(entry);
    const first = byId.get(id);
    if (first === undefined || category === undefined || Number.isNaN(id)) {
      merged.push(entry);
      if (category !== undefined && !Number.isNaN(id)) byId.set(id, entry);
      continue;
    }
    if (first.file === entry.file || categoryOf(first) !== category || !canBeOne(first, entry)) {
      merged.push(entry);
      continue;
    }
    for (const part of PARTS)
      if (isEmpty(first.value[part]) && !isEmpty(entry.value[part])) first.value[part] = entry.value[part];
  }
  return merged;
}

/** What both of them say has to be the same, else one of it would be lost. */
function canBeOne(a: RawEntry, b: RawEntry): boolean {
  return SHAPES.every((shape) => {
    const [left, right] = [a.value[shape], b.value[shape]];
    return isEmpty(left) || isEmpty(right) || JSON.stringify(left) === JSON.stringify(right);
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || (Array.isArray(value) && value.length === 0);
}
