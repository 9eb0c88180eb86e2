/**
 * A COCO file after its first pass: images and categories read, annotations as byte ranges. `findCocoFiles` says
 * which JSON files of a source are worth that pass.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { SlyError } from '../../src/lib/errors.ts';
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createTextColumn, type TextColumn } from '../../src/plugin-kit/text-column.ts';
import { HAS } from './annotation-fields.ts';
import { type ByteRanges, createByteRanges } from './byte-ranges.ts';
import type { IdCodes } from './id-code.ts';
import { createImageRecords, type ImageRecords } from './image-records.ts';
import { parseElement } from './parse-element.ts';
import { JsonFault, type RootKind, scanCoco } from './scan-json.ts';

export interface CocoFile {
  path: string;
  images: ImageRecords;
  imageBytes: ByteRanges;
  annotations: ByteRanges;
  /** `file_name` of annotations by their index; there only when one has it (panoptic). */
  maskNames: TextColumn | undefined;
  categories: unknown[];
  licenses: unknown[];
  /** Bits of HAS by id code of the category; NaN for annotations without one. */
  has: Map<number, number>;
  /** Entries that are no objects: list and index of the first, and how many. */
  strays: { place: string; count: number } | undefined;
}

/** In place of the image id of an annotation that is no object. */
export const STRAY = Number.POSITIVE_INFINITY;

const HEAD_BYTES = 64 << 10;
const KEYS = /"(?:images|annotations|categories)"\s*:/;
const NAMES = /instances|keypoints|captions|annotations|coco/i;

/** JSON files that look like COCO at their beginning, or whose name says so. */
export async function findCocoFiles(tree: SourceTree, signal: AbortSignal): Promise<SourceFileEntry[]> {
  const found: SourceFileEntry[] = [];
  for (const file of tree.files) {
    if (!/\.json$/i.test(file.path)) continue;
    signal.throwIfAborted();
    const head = (await tree.head(file.path, HEAD_BYTES)).toString('latin1');
    const isNamedSo = NAMES.test(file.path.slice(file.path.lastIndexOf('/') + 1));
    if (KEYS.test(head) || (isNamedSo && !/^\s*[[{]\s*["{[]/.test(head))) found.push(file);
  }
  return found;
}

export interface ReadCocoOptions {
  idOf: IdCodes;
  signal: AbortSignal;
  onBytes(bytes: number): void;
}

/**
 * Undefined when the file has none of COCO's lists. Throws SLY_FORMAT_JSON with line, column and byte for a
 * broken file, SLY_FORMAT_INVALID where one of the lists is something else.
 */
export async function readCocoFile(
  tree: SourceTree,
  path: string,
  { idOf, signal, onBytes }: ReadCocoOptions,
): Promise<CocoFile | undefined> {
  const file: CocoFile = {
    path,
    images: createImageRecords(idOf),
    imageBytes: createByteRanges(),
    annotations: createByteRanges(),
    maskNames: undefined,
    categories: [],
    licenses: [],
    has: new Map(),
    strays: undefined,
  };
  const handle = await open(tree.locate(path), 'r');
  let kinds: Map<string, RootKind>;
  try {
    kinds = await scanCoco(handle, sinkOf(file), { idOf, signal, onBytes });
  } catch (error) {
    throw error instanceof JsonFault ? await describeFault(tree.locate(path), path, error) : error;
  } finally {
    await handle.close();
  }
  const lists = ['images', 'annotations', 'categories'].filter((key) => kinds.has(key));
  if (lists.length === 0) return undefined;
  for (const key of lists) {
    if (kinds.get(key) === 'list') continue;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${key}: expected a list, got ${kinds.get(key) === 'object' ? 'an object' : 'a single value'}`,
      file: path,
    });
  }
  return file;
}

function sinkOf(file: CocoFile): Parameters<typeof scanCoco>[1] {
  let lastCategory = Number.NaN;
  let lastHas = 0;
  return {
    element(key, index, bytes, offset) {
      const element = parseElement(bytes.toString('utf8')) as Record<string, unknown>;
      if (key === 'categories') file.categories[index] = element;
      else if (key === 'licenses') file.licenses[index] = element;
      else {
        file.images.set(index, element);
        file.imageBytes.add({ offset, length: bytes.length, image: index }, false);
      }
    },
    annotation(found) {
      if (found.fileName !== undefined || file.maskNames !== undefined)
        addMaskName(file, file.annotations.count, found.fileName);
      file.annotations.add(found, (found.has & HAS.nan) !== 0);
      // The next one is often of the same category with nothing new.
      if (found.category === lastCategory && (found.has | lastHas) === lastHas) return;
      lastCategory = found.category;
      lastHas = (file.has.get(lastCategory) ?? 0) | found.has;
      file.has.set(lastCategory, lastHas);
    },
    notObject(key, index) {
      // Takes its place, so that indexes stay those of the file.
      if (key === 'annotations') file.annotations.add({ offset: 0, length: 0, image: STRAY }, false);
      file.strays = { place: file.strays?.place ?? `${key}[${index}]`, count: (file.strays?.count ?? 0) + 1 };
    },
  };
}

/** The names of those before that have none come first. */
function addMaskName(file: CocoFile, index: number, name: string | undefined): void {
  file.maskNames ??= createTextColumn();
  while (file.maskNames.count < index) file.maskNames.add(undefined);
  file.maskNames.add(name);
}

/** Lines are counted only when somebody has to look at the place. */
async function describeFault(absolute: string, file: string, fault: JsonFault): Promise<SlyError> {
  let line = 1;
  let column = 1;
  if (fault.offset > 0) {
    for await (const chunk of createReadStream(absolute, {
      end: fault.offset - 1,
    }) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
        line++;
        column = 1 - (at + 1);
      }
      column += chunk.length;
    }
  }
  return new SlyError('SLY_FORMAT_JSON', {
    detail: `line ${line}, column ${column} (byte ${fault.offset}): ${fault.message}`,
    file,
    hint: 'The file may be cut off or edited by hand; export it again.',
  });
}
