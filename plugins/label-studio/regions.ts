/** The `result` of an annotation taken apart: regions with all that is said of each, what is said of the picture, relations. */
import { isRecord } from '../../src/format/problem.ts';
import { REGION_KINDS, type RegionKind } from './region-shapes.ts';

export type LsResult = Readonly<Record<string, unknown>>;

/** An answer: choices, a text, a number. */
export interface Answer {
  type: string;
  control: string;
  value: Readonly<Record<string, unknown>>;
  index: number;
}

export interface Region {
  kind: RegionKind;
  /** The entry with the shape. */
  result: LsResult;
  value: Readonly<Record<string, unknown>>;
  labels: string[];
  control: string;
  answers: Answer[];
  /** In the list. */
  index: number;
}

export interface Regions {
  regions: Region[];
  answers: Answer[];
  relations: { from: string; to: string; hasLabels: boolean; index: number }[];
}

const ANSWERS: ReadonlySet<string> = new Set([
  'choices',
  'textarea',
  'number',
  'rating',
  'datetime',
  'taxonomy',
]);
const KINDS: ReadonlySet<string> = new Set(REGION_KINDS);

/** `fault` is told of entries that cannot be read. */
export function readRegions(
  result: readonly unknown[],
  fault: (index: number, message: string) => void,
): Regions {
  const read: Regions = { regions: [], answers: [], relations: [] };
  const byId = new Map<string, Region>();
  const labels: { id: string; names: string[]; index: number }[] = [];
  const answers: { id: string; answer: Answer }[] = [];
  for (const [index, one] of result.entries()) {
    if (!isRecord(one)) {
      fault(index, 'expected an object, got none');
      continue;
    }
    const type = String(one.type);
    const id = String(one.id ?? '');
    if (type === 'relation') {
      const [from, to] = [String(one.from_id ?? ''), String(one.to_id ?? '')];
      const hasLabels = Array.isArray(one.labels) && one.labels.length > 0;
      read.relations.push({ from, to, hasLabels, index });
      continue;
    }
    const { value } = one;
    if (!isRecord(value)) {
      fault(index, `expected an object "value" for ${type}, got none`);
      continue;
    }
    const control = typeof one.from_name === 'string' ? one.from_name : type;
    if (ANSWERS.has(type)) {
      answers.push({ id, answer: { type, control, value, index } });
      continue;
    }
    const names = textsOf(value[type] ?? (type === 'labels' ? undefined : value.labels));
    const kind = type.replace(/labels$/, '');
    if (KINDS.has(kind)) {
      const there = byId.get(id);
      if (id !== '' && there !== undefined) {
        there.labels.push(...names);
        continue;
      }
      const region: Region = {
        kind: kind as RegionKind,
        result: one,
        value,
        labels: names,
        control,
        answers: [],
        index,
      };
      read.regions.push(region);
      if (id !== '') byId.set(id, region);
    } else if (type === 'labels') labels.push({ id, names: textsOf(value.labels), index });
    else fault(index, `expected a region or an answer about a picture, got ${JSON.stringify(type)}`);
  }
  for (const { id, names, index } of labels) {
    const region = byId.get(id);
    if (region === undefined) fault(index, 'expected a region of the same id for these labels, got none');
    else region.labels.push(...names);
  }
  for (const { id, answer } of answers) (byId.get(id)?.answers ?? read.answers).push(answer);
  return read;
}

export function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []));
}
