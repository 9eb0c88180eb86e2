/** What a MATLAB file of level 5 can hold, as far as masks need it. Arrays are in MATLAB's order: column by column. */

export type MatNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export type MatValue =
  | { kind: 'numbers'; dims: number[]; data: MatNumbers }
  | { kind: 'text'; dims: number[]; text: string }
  | { kind: 'struct'; dims: number[]; elements: Map<string, MatValue>[] }
  | { kind: 'cell'; dims: number[]; cells: MatValue[] }
  /** Sparse matrices, functions, objects of classes: known to be there, not read. */
  | { kind: 'other'; what: string };

export function describeValue(value: MatValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value.kind === 'other') return value.what;
  const what = { numbers: 'numbers', text: 'text', struct: 'a struct', cell: 'a cell array' }[value.kind];
  return `${what} of ${value.dims.join(' x ')}`;
}
