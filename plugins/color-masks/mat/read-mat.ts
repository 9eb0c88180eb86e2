/**
 * Variables of a MATLAB level 5 file (`save -v6`, `-v7`): numbers, text, structs and cells, compressed or not, of
 * either byte order. Written from the public description of the format.
 */
import {
  broken,
  createElements,
  type Element,
  type Elements,
  MI_MATRIX,
  readHeader,
} from './mat-elements.ts';
import type { MatValue } from './mat-values.ts';

export interface ReadMatOptions {
  /** Variables to read; others are passed over. */
  wanted?: ReadonlySet<string>;
  /** All compressed elements together. */
  maxInflatedBytes?: number;
}

const MAX_INFLATED = 256 << 20;
const MAX_DEPTH = 12;
/** Values of all structs and cells together. */
const MAX_VALUES = 1_000_000;

/** Throws SLY_FORMAT_INVALID for what is no such file or is damaged. */
export function readMat(file: Buffer, options: ReadMatOptions = {}): Map<string, MatValue> {
  const { littleEndian, at: first } = readHeader(file);
  const elements = createElements(littleEndian, options.maxInflatedBytes ?? MAX_INFLATED);
  const matrices = createMatrices(elements);
  const variables = new Map<string, MatValue>();
  for (let at = first; at < file.length; ) {
    const { element, end } = elements.next(file, at);
    at = end;
    if (element.type !== MI_MATRIX) continue;
    const read = matrices.named(element, options.wanted);
    if (read !== undefined) variables.set(read.name, read.value);
  }
  return variables;
}

function createMatrices(elements: Elements): {
  named(element: Element, wanted?: ReadonlySet<string>): { name: string; value: MatValue } | undefined;
} {
  let values = 0;

  function header(bytes: Buffer): { kind: number; dims: number[]; name: string; at: number } {
    const flags = elements.next(bytes, 0);
    const [word = 0] = elements.numbers(flags.element);
    const shape = elements.next(bytes, flags.end);
    const dims = [...elements.numbers(shape.element)].map(Number);
    if (dims.length < 2 || dims.length > 8 || dims.some((size) => !(size >= 0 && size <= 0x7fffffff)))
      throw broken(`an array is of ${dims.join(' x ')}`);
    const name = elements.next(bytes, shape.end);
    return { kind: Number(word) & 0xff, dims, name: name.element.bytes.toString('latin1'), at: name.end };
  }

  function named(
    element: Element,
    wanted?: ReadonlySet<string>,
  ): { name: string; value: MatValue } | undefined {
    const { kind, dims, name, at } = header(element.bytes);
    if (wanted !== undefined && !wanted.has(name)) return undefined;
    return { name, value: value(element.bytes, kind, dims, at, 0) };
  }

  function inner(element: Element, depth: number): MatValue {
    if (element.type !== MI_MATRIX) throw broken(`a part has the type ${element.type}, no array`);
    if (element.bytes.length === 0) return { kind: 'numbers', dims: [0, 0], data: new Uint8Array(0) };
    const { kind, dims, at } = header(element.bytes);
    return value(element.bytes, kind, dims, at, depth);
  }

  function value(bytes: Buffer, kind: number, dims: number[], at: number, depth: number): MatValue {
    if (depth > MAX_DEPTH) throw broken(`parts are nested deeper than ${MAX_DEPTH}`);
    if (++values > MAX_VALUES) throw broken(`there are more than ${MAX_VALUES} values`);
    const count = dims.reduce((product, size) => product * size, 1);
    const other = OTHERS[kind];
    if (other !== undefined) return { kind: 'other', what: other };
    if (kind === CELL) {
      const { list } = several(bytes, at, count, depth);
      return { kind: 'cell', dims, cells: list };
    }
    if (kind === STRUCT || kind === OBJECT) return struct(bytes, kind, dims, at, depth);
    const { element } = elements.next(bytes, at);
    if (kind === TEXT) return { kind: 'text', dims, text: elements.text(element) };
    if (kind < FIRST_NUMBERS || kind > LAST_NUMBERS) throw broken(`an array is of the unknown class ${kind}`);
    const data = elements.numbers(element);
    if (data.length !== count) throw broken(`an array of ${dims.join(' x ')} has ${data.length} numbers`);
    return { kind: 'numbers', dims, data };
  }

  /** `count` arrays one after the other; each needs 8 bytes at least, which bounds what a wrong size can cost. */
  function several(bytes: Buffer, from: number, count: number, depth: number): { list: MatValue[] } {
    if (count > (bytes.length - from) / 8)
      throw broken(`${count} values do not fit ${bytes.length - from} bytes`);
    const list: MatValue[] = [];
    let at = from;
    for (let i = 0; i < count; i++) {
      const { element, end } = elements.next(bytes, at);
      list.push(inner(element, depth + 1));
      at = end;
    }
    return { list };
  }

  function struct(bytes: Buffer, kind: number, dims: number[], from: number, depth: number): MatValue {
    // An object of a class is a struct with the name of the class before its fields.
    const start = kind === OBJECT ? elements.next(bytes, from).end : from;
    const size = elements.next(bytes, start);
    const [width] = elements.numbers(size.element);
    const names = elements.next(bytes, size.end);
    const step = Number(width ?? 0);
    if (!(step > 0 && step <= 256)) throw broken(`field names of ${step} bytes`);
    const all = names.element.bytes;
    const fields: string[] = [];
    for (let at = 0; at + step <= all.length; at += step)
      fields.push(all.toString('latin1', at, at + step).replace(/\0.*$/s, ''));
    const count = fields.length === 0 ? 0 : dims.reduce((product, one) => product * one, 1);
    const { list } = several(bytes, names.end, count * fields.length, depth);
    const made: Map<string, MatValue>[] = [];
    for (let at = 0; at < list.length; at += fields.length) {
      const element = new Map<string, MatValue>();
      for (const [i, field] of fields.entries()) {
        const part = list[at + i];
        if (part !== undefined) element.set(field, part);
      }
      made.push(element);
    }
    return { kind: 'struct', dims, elements: made };
  }

  return { named };
}

const CELL = 1;
const STRUCT = 2;
const OBJECT = 3;
const TEXT = 4;
const FIRST_NUMBERS = 6;
const LAST_NUMBERS = 15;
const OTHERS: Record<number, string> = {
  5: 'a sparse matrix',
  16: 'a function',
  17: 'an object of a class',
  18: 'an object of a class',
};
