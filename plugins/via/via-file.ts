/** Files of VIA and the pictures in them, one at a time: projects, annotations alone, and tables with a row for each region. */
import { isRecord } from '../../src/format/problem.ts';
import { scanJson, scanJsonMembers } from '../../src/lib/json-array-stream.ts';
import { readCsv } from '../../src/plugin-kit/csv.ts';
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';

export type ViaKind = 'project' | 'annotations' | 'csv';

export interface ViaRegion {
  shape: unknown;
  attributes: unknown;
  place: string;
}

export interface ViaImage {
  filename: string;
  regions: ViaRegion[];
  attributes: unknown;
  place: string;
}

export interface ViaHandlers {
  signal: AbortSignal;
  onImage(image: ViaImage): Promise<void> | void;
  /** What is no picture. */
  onFault(place: string, message: string): void;
  /** Definitions of attributes, of projects only. */
  onAttributes?(definitions: unknown): void;
}

const HEAD_BYTES = 64 << 10;
const COLUMNS = ['filename', 'region_shape_attributes', 'region_attributes', 'file_attributes'] as const;

export async function kindOfFile(
  tree: SourceTree,
  { path, size }: SourceFileEntry,
): Promise<ViaKind | undefined> {
  if (size === 0 || !/\.(?:json|csv)$/i.test(path)) return undefined;
  return kindOfHead((await tree.head(path, HEAD_BYTES)).toString('utf8'), /\.csv$/i.test(path));
}

export function kindOfHead(head: string, isTable: boolean): ViaKind | undefined {
  const text = head.replace(/^\uFEFF/, '');
  if (isTable) {
    const header = cellsOf(text.split(/\r?\n/, 1)[0] ?? '');
    return COLUMNS.slice(0, 3).every((name) => header.includes(name)) ? 'csv' : undefined;
  }
  if (!/^\s*\{/.test(text)) return undefined;
  if (/"_via_(?:img_metadata|settings)"\s*:/.test(text)) return 'project';
  const isMap = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{/.test(text);
  return isMap &&
    /"filename"\s*:/.test(text) &&
    /"regions"\s*:/.test(text) &&
    /"(?:file_attributes|shape_attributes)"\s*:/.test(text)
    ? 'annotations'
    : undefined;
}

const cellsOf = (line: string): string[] =>
  line.split(',').map((cell) => cell.trim().replace(/^"|"$/g, '').replace(/^#\s*/, ''));

/** Number of pictures. Throws SLY_FORMAT_JSON or SLY_FORMAT_INVALID for what cannot be read to its end. */
export async function readVia(
  tree: SourceTree,
  path: string,
  kind: ViaKind,
  handlers: ViaHandlers,
): Promise<number> {
  if (kind === 'csv') return readTable(tree, path, handlers);
  let count = 0;
  const prefix = kind === 'project' ? '_via_img_metadata' : '';
  const onMember = (
    value: unknown,
    { key, index }: { key?: string; index: number },
  ): Promise<void> | void => {
    const place = `${prefix}[${key === undefined ? index : JSON.stringify(key)}]`;
    const image = readImage(value, place);
    if (typeof image === 'string') {
      // Beside pictures there may be settings.
      if (kind === 'project' || key?.startsWith('_via_') !== true) handlers.onFault(place, image);
      return undefined;
    }
    count++;
    return handlers.onImage(image);
  };
  const how = { signal: handlers.signal, shownAs: path };
  if (kind === 'annotations') await scanJsonMembers(tree.locate(path), onMember, how);
  else
    await scanJson(
      tree.locate(path),
      { _via_img_metadata: onMember, _via_attributes: (value) => handlers.onAttributes?.(value) },
      { ...how, members: ['_via_img_metadata'] },
    );
  return count;
}

function readImage(value: unknown, place: string): ViaImage | string {
  if (!isRecord(value) || typeof value.filename !== 'string' || value.filename === '')
    return 'expected an object with a "filename", got none; it is left out';
  const { filename, regions, file_attributes: attributes } = value;
  // Version 1 has an object with numbers as its keys.
  const list: [string | number, unknown][] = Array.isArray(regions)
    ? (regions as unknown[]).map((one, i) => [i, one])
    : isRecord(regions)
      ? Object.entries(regions)
      : [];
  return {
    filename,
    attributes,
    place,
    regions: list.map(([key, one]) => ({
      shape: isRecord(one) ? one.shape_attributes : undefined,
      attributes: isRecord(one) ? one.region_attributes : undefined,
      place: `${place}.regions[${key}]`,
    })),
  };
}

/** Rows of one picture follow each other. */
async function readTable(tree: SourceTree, path: string, handlers: ViaHandlers): Promise<number> {
  let columns: Map<string, number> | undefined;
  let image: ViaImage | undefined;
  let count = 0;
  for await (const { line, cells } of readCsv(tree.locate(path), { file: path, signal: handlers.signal })) {
    if (columns === undefined) {
      columns = new Map(cells.map((cell, i) => [cell.replace(/^#\s*/, ''), i]));
      continue;
    }
    const header = columns;
    const cell = (name: string): string => cells[header.get(name) ?? -1] ?? '';
    const place = `line ${line}`;
    const filename = cell('filename');
    if (filename === '') {
      handlers.onFault(place, 'expected a filename, got an empty cell; the row is left out');
      continue;
    }
    if (image?.filename !== filename) {
      if (image !== undefined) await handlers.onImage(image);
      count++;
      image = { filename, regions: [], attributes: parsedCell(cell('file_attributes')), place };
    }
    const shape = cell('region_shape_attributes');
    // A picture without regions has one row that says so.
    if (shape === '' || shape === '{}') continue;
    image.regions.push({
      shape: parsedCell(shape),
      attributes: parsedCell(cell('region_attributes')),
      place,
    });
  }
  if (image !== undefined) await handlers.onImage(image);
  return count;
}

/** The text itself when it is no JSON, for the message. */
function parsedCell(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
