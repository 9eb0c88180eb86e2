/**
 * The lines of a list, streamed. `.txt`: an address, then tags behind two spaces, a tab or a semicolon. `.csv` and
 * `.tsv`: a column `url` or `path` and perhaps a column `tag`, with or without a header line.
 */
import { createReadStream } from 'node:fs';
import { readLines } from '../../src/lib/lines.ts';
import { readCsv } from '../../src/plugin-kit/csv.ts';

export interface ListLine {
  /** From 1. */
  line: number;
  /** As it stands there, trimmed. */
  address: string;
  tags: string[];
  /** The line went on: what stands here is its beginning only. */
  cut?: true;
}

const MAX_LINE = 64 << 10;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

export function isListName(file: string): boolean {
  return /\.(?:txt|csv|tsv)$/i.test(file);
}

export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

export async function* readList(
  absolute: string,
  options: { file: string; signal?: AbortSignal },
): AsyncGenerator<ListLine> {
  if (/\.txt$/i.test(options.file)) yield* readPlainList(absolute);
  else yield* readTable(absolute, options);
}

async function* readPlainList(absolute: string): AsyncGenerator<ListLine> {
  let line = 0;
  for await (const { text, truncated } of readLines(createReadStream(absolute), MAX_LINE)) {
    line++;
    const trimmed = (line === 1 ? text.replace(/^\uFEFF/, '') : text).trim();
    if (trimmed === '') continue;
    const [address = '', ...rest] = trimmed.split(/\s{2,}|\t|;/);
    const tags = tagsOf(rest.join(','));
    yield { line, address: address.trim(), tags, ...(truncated ? { cut: true } : {}) };
  }
}

async function* readTable(
  absolute: string,
  options: { file: string; signal?: AbortSignal },
): AsyncGenerator<ListLine> {
  const delimiter = /\.tsv$/i.test(options.file) ? '\t' : await delimiterOf(absolute);
  let columns: { address: number; tags: number } | undefined;
  for await (const { line, cells } of readCsv(absolute, { ...options, delimiter })) {
    if (columns === undefined) {
      const names = cells.map((cell) => cell.toLowerCase());
      const address = names.findIndex((name) => /^(?:url|path|link|image_url|coco_url)$/.test(name));
      columns = { address: Math.max(address, 0), tags: names.findIndex((name) => /^tags?$/.test(name)) };
      if (address >= 0) continue;
      // Without a header the first column is the address and the second, if there is one, the tags.
      columns = { address: 0, tags: 1 };
    }
    const address = cells[columns.address] ?? '';
    if (address === '') continue;
    yield { line, address, tags: tagsOf(cells[columns.tags] ?? '') };
  }
}

/** Semicolon, as such lists are written, else tab, else comma; what the first line has. */
async function delimiterOf(absolute: string): Promise<string> {
  for await (const { text } of readLines(createReadStream(absolute), MAX_LINE)) {
    if (text.trim() === '') continue;
    return [';', '\t'].find((one) => text.includes(one)) ?? ',';
  }
  return ',';
}

function tagsOf(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
