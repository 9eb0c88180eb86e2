/** `class_to_id.json`: names, ids and colours of the classes of a tree. */
import { readColor } from '../../src/format/colors.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { Problem, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { CITYSCAPES, knownColor } from './table.ts';

export const CLASS_FILE = 'class_to_id.json';
const MAX_BYTES = 16 << 20;

export interface NamedClass {
  name: string;
  id: number;
  /** `#RRGGBB`. */
  color: string | undefined;
}

export interface ClassIds {
  /** Undefined: those of Cityscapes. */
  file: string | undefined;
  /** In the order of the file. */
  listed: readonly NamedClass[];
  colorOf(name: string): string | undefined;
  nameOf(id: number): string | undefined;
  problems: Problem[];
}

export async function readClassIds(tree: SourceTree): Promise<ClassIds> {
  const problems: Problem[] = [];
  const candidates = tree.byBaseName(CLASS_FILE).map(({ path }) => path);
  for (const file of candidates) {
    try {
      const listed = parseClassIds(JSON.parse(await tree.text(file, MAX_BYTES)));
      return withClasses(file, listed, problems);
    } catch (error) {
      const json = error instanceof SyntaxError;
      problems.push({
        file,
        code: json ? 'SLY_FORMAT_JSON' : toSlyError(error).code,
        message: json ? error.message : toSlyError(error).detail,
        hint: 'Classes get the names, ids and colours of Cityscapes instead.',
      });
    }
  }
  return withClasses(undefined, [], problems);
}

/** Throws SLY_FORMAT_INVALID. */
export function parseClassIds(json: unknown): NamedClass[] {
  if (!Array.isArray(json)) throw wrong('a list of {name, id, color}', json);
  return json.map((entry: unknown, i) => {
    if (!isRecord(entry) || typeof entry.name !== 'string' || entry.name === '')
      throw wrong(`a name in entry ${i}`, entry);
    if (!Number.isInteger(entry.id) || (entry.id as number) < 0 || (entry.id as number) > 65_535)
      throw wrong(`an id from 0 to 65535 for "${entry.name}"`, entry.id);
    return { name: entry.name, id: entry.id as number, color: colorOf(entry.color) };
  });
}

function colorOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return readColor(value);
  const numbers = value.map(Number);
  if (numbers.length < 3 || numbers.some((one) => !Number.isInteger(one) || one < 0 || one > 255))
    return undefined;
  return `#${Buffer.from(numbers.slice(0, 3)).toString('hex').toUpperCase()}`;
}

function withClasses(file: string | undefined, listed: readonly NamedClass[], problems: Problem[]): ClassIds {
  const colors = new Map(listed.map(({ name, color }) => [name, color]));
  const names =
    file === undefined
      ? new Map(CITYSCAPES.map(({ id, name }) => [id, name]))
      : new Map(listed.map(({ id, name }) => [id, name]));
  return {
    file,
    listed,
    colorOf: (name) => colors.get(name) ?? knownColor(name),
    nameOf: (id) => names.get(id),
    problems,
  };
}

function wrong(expected: string, got: unknown): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `expected ${expected}, got ${shown(got)}` });
}
