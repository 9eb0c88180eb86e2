/** Text files whose first lines are addresses, and nothing else that could be data. */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { checkLink } from './link.ts';
import { isAddress, isListName } from './list-file.ts';

const HEAD_BYTES = 16 << 10;
const LOOKED_AT = 20;
const LINES = 50;

export async function detectLinks({ tree }: DetectContext): Promise<Verdict> {
  const lists: string[] = [];
  let pictures = 0;
  for (const { path } of tree.files) {
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (isJunk(base)) continue;
    if (isListName(base)) lists.push(path);
    else if (isImageName(base)) pictures++;
  }
  if (lists.length === 0) return { confidence: 0, because: 'there is no .txt, .csv or .tsv file' };
  let like: string | undefined;
  let unlike: string | undefined;
  for (const file of lists.slice(0, LOOKED_AT)) {
    if (await isList(tree.head(file, HEAD_BYTES))) like ??= file;
    else unlike ??= file;
  }
  if (like === undefined)
    return {
      confidence: 0,
      because: `${unlike ?? lists[0]} does not have an address of a picture on each line`,
    };
  if (pictures > 0)
    return {
      confidence: 0.2,
      because: `${like} is a list of links, but there are ${pictures} pictures as well`,
    };
  if (unlike !== undefined)
    return { confidence: 0.6, because: `${like} is a list of links, ${unlike} is none` };
  return { confidence: 0.95, because: `${like} has an address of a picture on each line` };
}

async function isList(reading: Promise<Buffer>): Promise<boolean> {
  const head = await reading;
  const lines = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (head.length === HEAD_BYTES) lines.pop();
  let good = 0;
  let bad = 0;
  for (const [at, text] of lines.slice(0, LINES).entries()) {
    const first = text.split(/[;,\t]|\s{2,}/).find((cell) => isAddress(cell.trim().replace(/^"|"$/g, '')));
    if (text.trim() === '') continue;
    if (first !== undefined && 'link' in checkLink(first.trim().replace(/^"|"$/g, ''))) good++;
    // The first line may name the columns.
    else if (at > 0) bad++;
  }
  return good > 0 && bad <= good / 4;
}
