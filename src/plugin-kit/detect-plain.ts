/** The last resort of a kind of file: there are some, and nothing that looks like labels, which would not come along. */
import path from 'node:path';
import { isJunk } from '../format/project-folders.ts';
import { isImageName } from './image-kinds.ts';
import type { SourceFileEntry, SourceTree, Verdict } from './plugin.ts';

export const LABELS = /\.(?:json|xml|txt|csv|srt|label)$/i;
export const DOCUMENTS = /^(?:readme|licen[sc]e)\b/i;
/** So many files are opened. */
export const LOOKED_AT = 5;

export interface PlainKind {
  /** `video`; the plural has an s. */
  word: string;
  /** By its base name. */
  isName(base: string): boolean;
  /** By its bytes. */
  isReal(file: SourceFileEntry): Promise<boolean>;
  /** Files that belong to others and say nothing of their own. */
  isBeside?(file: string): boolean;
  /** Instead of "no file has the name of ...". */
  whyNone?(): Promise<string | undefined>;
}

export async function detectPlain(tree: SourceTree, kind: PlainKind): Promise<Verdict> {
  const { word, isName, isReal, isBeside = () => false, whyNone } = kind;
  const looked: SourceFileEntry[] = [];
  let [count, pictures] = [0, 0];
  let label: string | undefined;
  for (const file of tree.files) {
    const base = path.posix.basename(file.path);
    if (isJunk(base) || isBeside(file.path)) continue;
    if (isName(base)) {
      count++;
      if (file.size > 0 && looked.length < LOOKED_AT) looked.push(file);
    } else if (isImageName(base)) pictures++;
    else if (LABELS.test(base) && !DOCUMENTS.test(base)) label ??= file.path;
  }
  const verdict = (confidence: number, because: string): Verdict => ({ confidence, because });
  if (count === 0) return verdict(0, (await whyNone?.()) ?? `no file has the name of a ${word}`);
  let real: SourceFileEntry | undefined;
  for (const file of looked) if (real === undefined && (await isReal(file))) real = file;
  if (real === undefined)
    return verdict(0, `${looked[0]?.path ?? `every ${word}`} has the name of a ${word}, but not its bytes`);
  const there = `${count === 1 ? `there is 1 ${word}` : `there are ${count} ${word}s`} (${real.path})`;
  return plainVerdict(there, { clear: 0.45, count, pictures, label });
}

/** Less where there are pictures, or what may be labels, as well. `clear`: the confidence where there are none. */
export function plainVerdict(
  there: string,
  found: { clear: number; count: number; pictures: number; label: string | undefined },
): Verdict {
  const { clear, count, pictures, label } = found;
  const verdict = (confidence: number, because: string): Verdict => ({ confidence, because });
  if (pictures > 0)
    return verdict(count >= pictures ? 0.45 : 0.1, `${there}, but ${pictures} pictures as well`);
  if (label !== undefined)
    return verdict(0.15, `${there}; ${label} may be labels of a format that is not known here`);
  return verdict(clear, `${there} and nothing that looks like labels`);
}
