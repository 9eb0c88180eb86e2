/** The last resort: there are pictures. Whatever may be labels lowers it, since they would not come along. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { sniffImage } from '../../src/plugin-kit/image-probe.ts';
import type { SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { isMetadataPath } from './metadata.ts';

const LABEL_EXTENSIONS = new Set([
  '.json',
  '.xml',
  '.txt',
  '.csv',
  '.tsv',
  '.yaml',
  '.yml',
  '.jsonl',
  '.tfrecord',
]);
const DOCUMENTS = /^(?:readme|licen[sc]e|changelog|notice|copying)\b/i;
const LOOKED_AT = 5;

export function detectImages(tree: SourceTree): Verdict {
  const pictures: string[] = [];
  let count = 0;
  let labels = 0;
  let label: string | undefined;
  for (const { path: file, size } of tree.files) {
    const base = path.posix.basename(file);
    if (isJunk(base)) continue;
    if (isImageName(base)) {
      count++;
      if (size > 0 && pictures.length < LOOKED_AT) pictures.push(file);
    } else if (LABEL_EXTENSIONS.has(path.posix.extname(base).toLowerCase()) && !DOCUMENTS.test(base)) {
      if (isMetadataPath(file)) continue;
      labels++;
      label ??= file;
    }
  }
  if (count === 0) return { confidence: 0, because: 'no file has the name of a picture' };
  const real = pictures.find((file) => sniffImage(tree.locate(file)).kind !== undefined);
  if (real === undefined)
    return {
      confidence: 0,
      because: `${pictures[0] ?? 'every picture'} has the name of a picture, but not its bytes`,
    };
  const there = `${count === 1 ? 'there is 1 picture' : `there are ${count} pictures`} (${real})`;
  if (label === undefined) return { confidence: 0.3, because: `${there} and nothing that looks like labels` };
  return {
    confidence: 0.15,
    because: `${there}; ${labels} other file(s), for example ${label}, may be labels of a format that is not known here and would be left out`,
  };
}
