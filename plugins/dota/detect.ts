/** Whether a folder holds DOTA: by lines of eight numbers, a class and a mark in a few text files. */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceFileEntry, Verdict } from '../../src/plugin-kit/plugin.ts';
import { readLabelTxt } from './read-label-txt.ts';

const LOOKED_AT = 24;
const HEAD_BYTES = 2048;
export const LABEL_FOLDERS = /^(?:labeltxt.*|annfiles|labels?(?:[-_].*)?)$/i;

export async function detectDota({ tree }: DetectContext): Promise<Verdict> {
  const likely: SourceFileEntry[] = [];
  const other: SourceFileEntry[] = [];
  let pictures = 0;
  for (const file of tree.files) {
    const { path, size } = file;
    if (isImageName(path)) pictures++;
    if (size === 0 || !path.endsWith('.txt') || isJunk(path.slice(path.lastIndexOf('/') + 1))) continue;
    const list = path.split('/').some((part) => LABEL_FOLDERS.test(part)) ? likely : other;
    if (list.length < LOOKED_AT) list.push(file);
  }
  let why = 'there is no text file that could hold labels';
  for (const { path, size } of [...likely, ...other].slice(0, LOOKED_AT)) {
    if (!looksLikeDota(await tree.head(path, HEAD_BYTES), size)) {
      why = `${path} has no lines of eight numbers and a class`;
      continue;
    }
    const lines = `${path} has lines of four corners in pixels, a class and a mark`;
    if (pictures === 0) return { confidence: 0.5, because: `${lines}, but there are no pictures` };
    const stem = stemOf(path.slice(path.lastIndexOf('/') + 1));
    const paired = tree.files.some(
      (file) => isImageName(file.path) && stemOf(file.path.slice(file.path.lastIndexOf('/') + 1)) === stem,
    );
    return paired
      ? { confidence: 0.95, because: `${lines}, and its picture is there` }
      : { confidence: 0.6, because: `${lines}, but its picture is not there` };
  }
  return { confidence: 0, because: why };
}

/** All lines that are there as a whole; the class must be a word, since nine numbers are another format. */
function looksLikeDota(head: Buffer, size: number): boolean {
  const end = size <= head.length ? head.length : head.lastIndexOf(10) + 1;
  const { lines, faults } = readLabelTxt(head.toString('utf8', 0, end));
  return (
    faults.length === 0 && lines.length > 0 && lines.every(({ className }) => !/^[-+.\d]/.test(className))
  );
}
