/**
 * `instances_*.json` and `person_keypoints_*.json` describe the same objects under the same ids. One object said
 * in two files is one annotation with what either has.
 */
import type { IdCodes } from './id-code.ts';
import type { RawEntry } from './item-blocks.ts';

const PARTS = ['segmentation', 'keypoints', 'bbox', 'attributes', 'iscrowd'] as const;

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
    if (first.file === entry.file || categoryOf(first) !== category || !sameBox(first, entry)) {
      merged.push(entry);
      continue;
    }
    for (const part of PARTS)
      if (isEmpty(first.value[part]) && !isEmpty(entry.value[part])) first.value[part] = entry.value[part];
  }
  return merged;
}

function sameBox(a: RawEntry, b: RawEntry): boolean {
  const [left, right] = [a.value.bbox, b.value.bbox];
  if (isEmpty(left) || isEmpty(right)) return true;
  return JSON.stringify(left) === JSON.stringify(right);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || (Array.isArray(value) && value.length === 0);
}
