/** Classes by their numbers, from the configuration file of a version. */

import { isRecord } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';

export interface VistasClass {
  title: string;
  /** As polygons call it: `object--vehicle--car`. */
  name: string;
  /** `#RRGGBB`. */
  color?: string;
  /** Objects of it are told apart. */
  instances: boolean;
}

const MAX_CLASSES = 256;

/** Throws SLY_FORMAT_JSON or SLY_FORMAT_INVALID: without it no number has a meaning. */
export function readConfig(text: string, file: string): VistasClass[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SlyError('SLY_FORMAT_JSON', { detail: (error as Error).message, file, cause: error });
  }
  const labels = isRecord(json) ? json.labels : undefined;
  if (!Array.isArray(labels) || labels.length === 0 || labels.length > MAX_CLASSES)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `labels: expected a list of 1 to ${MAX_CLASSES} classes, got ${Array.isArray(labels) ? `one of ${labels.length}` : typeof labels}`,
      file,
    });
  const titles = new Set<string>();
  return labels.map((label: unknown, i) => {
    const entry = isRecord(label) ? label : {};
    const readable = textOf(entry.readable);
    const name = textOf(entry.name) ?? readable ?? `class ${i}`;
    let title = readable ?? name;
    // Two numbers are two classes, also where people would call them the same.
    if (titles.has(title)) title = `${title} (${name})`;
    if (titles.has(title)) title = `${title} ${i}`;
    titles.add(title);
    const color = colorOf(entry.color);
    return { title, name, ...(color === undefined ? {} : { color }), instances: entry.instances === true };
  });
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

function colorOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const channels = value.slice(0, 3).map(Number);
  if (channels.some((one) => !Number.isInteger(one) || one < 0 || one > 255)) return undefined;
  return `#${channels.map((one) => one.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
}
