/** data.yaml as Ultralytics and YOLOv5 have it. Liberal: what cannot be understood is named and left out. */
import { isRecord, shown } from '../../src/format/problem.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import type { Split } from '../../src/plugin-kit/splits.ts';
import { folderOf, joinPath, type KeypointShape, type YoloConfig } from './config.ts';

export interface ReadConfig {
  /** Undefined when the file is no dataset (a model, a run) or cannot be parsed. */
  config?: YoloConfig;
  problems: Problem[];
}

const MAX_CLASSES = 100_000;
const MAX_KEYPOINTS = 1000;
const SPLIT_KEYS: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
};

export function readYamlConfig(file: string, text: string): ReadConfig {
  let yaml: unknown;
  try {
    yaml = parseYaml(text);
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { problems: [problem(file, undefined, `expected YAML, got ${message}`)] };
  }
  if (!isRecord(yaml) || !saysClasses(yaml)) return { problems: [] };
  const problems: Problem[] = [];
  const say = (place: string, message: string): void => void problems.push(problem(file, place, message));
  const names = readNames(yaml, say);
  return {
    problems,
    config: {
      file,
      rank: 0,
      folders: foldersOf(file, yaml.path),
      names,
      colors: readColors(yaml.colors, say),
      keypoints: readKeypoints(yaml, say),
      splits: Object.entries(SPLIT_KEYS).flatMap(([key, split]) => {
        const entries = readEntries(yaml[key], key, say);
        return entries.length === 0 ? [] : [{ split, entries }];
      }),
    },
  };
}

/** A model's own yaml has a number of classes too, but neither names nor pictures. */
function saysClasses(yaml: Record<string, unknown>): boolean {
  const { names, nc, train, val } = yaml;
  if (Array.isArray(names) || isRecord(names)) return true;
  return typeof nc === 'number' && (train !== undefined || val !== undefined);
}

type Say = (place: string, message: string) => void;

function readNames(yaml: Record<string, unknown>, say: Say): Map<number, string> {
  const { names, nc } = yaml;
  const found = new Map<number, string>();
  const put = (index: number, place: string, name: unknown): void => {
    const text = typeof name === 'string' ? name.trim() : name;
    if (text === '' || (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean')) {
      say(place, `expected the name of a class, got ${shown(name)}; it is called class_${index}`);
      found.set(index, `class_${index}`);
    } else found.set(index, String(text));
  };
  if (Array.isArray(names)) {
    for (const [i, name] of names.slice(0, MAX_CLASSES).entries()) put(i, `names[${i}]`, name as unknown);
  } else if (isRecord(names)) {
    for (const [key, name] of Object.entries(names).slice(0, MAX_CLASSES)) {
      const index = Number(key);
      if (/^\d+$/.test(key) && index < MAX_CLASSES) put(index, `names.${key}`, name);
      else say(`names.${key}`, `expected a class number as key, got ${shown(key)}`);
    }
  } else {
    const count = Number.isInteger(nc) ? Math.min(Math.max(Number(nc), 0), MAX_CLASSES) : 0;
    say('names', `expected the names of ${count} classes, got ${shown(names)}; they are called class_0, ...`);
    for (let i = 0; i < count; i++) found.set(i, `class_${i}`);
  }
  if (nc !== undefined && nc !== found.size)
    say('nc', `expected ${found.size} as there are names, got ${shown(nc)}; the names count`);
  return found;
}

function readColors(value: unknown, say: Say): Map<number, string> {
  const colors = new Map<number, string>();
  if (value === undefined || value === null) return colors;
  const entries = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  for (const [key, color] of entries as [string | number, unknown][]) {
    const channels = Array.isArray(color) ? (color as unknown[]).slice(0, 3) : [];
    const good =
      channels.length === 3 &&
      channels.every((one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 256);
    if (good) {
      const hex = channels.map((one) => Number(one).toString(16).padStart(2, '0')).join('');
      colors.set(Number(key), `#${hex.toUpperCase()}`);
    } else if (typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color))
      colors.set(Number(key), color.toUpperCase());
    else say(`colors[${key}]`, `expected [red, green, blue] from 0 to 255, got ${shown(color)}`);
  }
  return colors;
}

function readKeypoints(yaml: Record<string, unknown>, say: Say): KeypointShape | undefined {
  const { kpt_shape: shape, kpt_names: given, flip_idx: flip } = yaml;
  if (shape === undefined || shape === null) return undefined;
  const [count, dims] = Array.isArray(shape) ? (shape as unknown[]) : [];
  const good =
    Number.isInteger(count) &&
    Number(count) > 0 &&
    Number(count) <= MAX_KEYPOINTS &&
    (dims === 2 || dims === 3);
  if (!good) {
    say('kpt_shape', `expected [number of keypoints, 2 or 3], got ${shown(shape)}`);
    return undefined;
  }
  const names = new Map<number, readonly string[]>();
  const lists = isRecord(given) ? Object.entries(given) : Array.isArray(given) ? [['0', given] as const] : [];
  for (const [key, list] of lists as [string, unknown][]) {
    const unique = Array.isArray(list) ? [...new Set((list as unknown[]).map(String))] : [];
    if (unique.length > 0 && unique.length === (list as unknown[]).length && unique.length <= Number(count))
      names.set(Number(key), unique);
    else
      say(
        `kpt_names.${key}`,
        `expected up to ${String(count)} different names of keypoints, got ${shown(list)}`,
      );
  }
  return {
    count: Number(count),
    dims: dims === 2 ? 2 : 3,
    names,
    ...(isPermutation(flip, Number(count)) ? { flip: flip as number[] } : {}),
  };
}

function isPermutation(value: unknown, count: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === count &&
    new Set(value).size === count &&
    value.every((one: unknown) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < count)
  );
}

function readEntries(value: unknown, key: string, say: Say): string[] {
  if (value === undefined || value === null || value === '') return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const entries = list.filter((one) => typeof one === 'string' && one !== '') as string[];
  if (entries.length < list.length)
    say(key, `expected a folder, a list of pictures, or several of them, got ${shown(value)}`);
  return entries;
}

/** Its own folder and the one `path` means; a path of another machine means its own folder. */
function foldersOf(file: string, given: unknown): string[] {
  const own = folderOf(file);
  const meant = typeof given === 'string' ? joinPath(own, given) : undefined;
  return meant === undefined || meant === own ? [own] : [own, meant];
}

function problem(file: string, place: string | undefined, message: string): Problem {
  return { file, ...(place === undefined ? {} : { place }), code: 'SLY_FORMAT_INVALID', message };
}
