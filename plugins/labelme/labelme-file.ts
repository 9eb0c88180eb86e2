/** What is a file of LabelMe: by the text around its beginning and its end, and once more by its keys when it is read. */
import { closeSync, openSync, readSync } from 'node:fs';
import { isRecord } from '../../src/format/problem.ts';
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';

const HEAD_BYTES = 16 << 10;
const TAIL_BYTES = 4 << 10;

export interface LabelMeFile {
  shapes: unknown[];
  imagePath: string | undefined;
  /** base64. */
  imageData: string | undefined;
  imageWidth: unknown;
  imageHeight: unknown;
  flags: unknown;
  description: unknown;
}

export const isJsonName = (path: string): boolean => /\.json$/i.test(path);

/** Cheap, for many files: some may turn out to be none. */
export async function looksLikeLabelMe(tree: SourceTree, { path, size }: SourceFileEntry): Promise<boolean> {
  const head = (await tree.head(path, HEAD_BYTES)).toString('utf8');
  if (!/^\uFEFF?\s*\{/.test(head)) return false;
  const text = size > HEAD_BYTES ? head + tail(tree.locate(path), size) : head;
  if (!/"shapes"\s*:\s*\[/.test(text)) return false;
  return /"image(?:Path|Data)"\s*:/.test(text);
}

/** Undefined when it is JSON of something else. */
export function readLabelMeFile(json: unknown): LabelMeFile | undefined {
  if (!isRecord(json) || !Array.isArray(json.shapes)) return undefined;
  const { imagePath, imageData, imageWidth, imageHeight, flags, description } = json;
  if (imagePath === undefined && imageData === undefined) return undefined;
  return {
    shapes: json.shapes as unknown[],
    imagePath: typeof imagePath === 'string' && imagePath !== '' ? imagePath : undefined,
    imageData: typeof imageData === 'string' && imageData !== '' ? imageData : undefined,
    imageWidth,
    imageHeight,
    flags,
    description,
  };
}

function tail(absolute: string, size: number): string {
  const fd = openSync(absolute, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(TAIL_BYTES, size));
    const got = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, got);
  } finally {
    closeSync(fd);
  }
}
