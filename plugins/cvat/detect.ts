/** Whether a folder holds CVAT XML: a look at the beginning of a few files and for the pictures they name. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { nameParts } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceFileEntry, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { parseXml } from '../../src/plugin-kit/xml.ts';
import { HEAD_BYTES, isXmlName, kindOfHead } from './cvat-file.ts';
import { createFramePictures } from './frames.ts';

const LOOKED_AT = 24;

export async function detectCvat({ tree }: DetectContext): Promise<Verdict> {
  const files = tree.files.filter((file) => isXmlName(file.path) && file.size > 0);
  if (files.length === 0) return { confidence: 0, because: 'there is no XML file' };
  for (const file of likelyFirst(files).slice(0, LOOKED_AT)) {
    const head = (await tree.head(file.path, HEAD_BYTES)).toString('utf8');
    const kind = kindOfHead(head);
    if (kind !== undefined) return judge(tree, file, kind, head);
  }
  const others = files.length > 1 ? ` (nor do others of the ${files.length} XML files)` : '';
  return {
    confidence: 0,
    because: `${likelyFirst(files)[0]?.path} does not begin with <annotations> and images or tracks${others}`,
  };
}

function judge(tree: SourceTree, file: SourceFileEntry, kind: string, head: string): Verdict {
  if (kind === 'tracks') {
    const pictures = createFramePictures(tree, file.path);
    if (pictures.length > 0)
      return {
        confidence: 0.95,
        because: `${file.path} has the tracks of a video, and frames are there (${pictures[0]?.file})`,
      };
    return {
      confidence: 0.6,
      because: `${file.path} has the tracks of a video, but its frames are not there as pictures (images/frame_000000.png)`,
    };
  }
  const names = [...head.matchAll(/<image\s[^>]*?\bname="([^"]*)"/g)]
    .slice(0, 20)
    .map((one) => plain(one[1]));
  const found = names.find((name) => tree.byBaseName(nameParts(name).at(-1) ?? '').length > 0);
  if (found !== undefined)
    return { confidence: 0.95, because: `${file.path} is CVAT XML, and its picture ${found} is there` };
  if (!tree.files.some((one) => isImageName(one.path)))
    return { confidence: 0.6, because: `${file.path} is CVAT XML, but there are no pictures` };
  return names.length === 0
    ? { confidence: 0.9, because: `${file.path} begins as CVAT XML does` }
    : { confidence: 0.7, because: `${file.path} is CVAT XML, but of its first pictures none is there` };
}

const likelyFirst = (files: readonly SourceFileEntry[]): SourceFileEntry[] =>
  [...files].sort((a, b) => score(b) - score(a) || b.size - a.size);

const score = ({ path }: SourceFileEntry): number => (/annotations\.xml$/i.test(path) ? 1 : 0);

function plain(value = ''): string {
  try {
    return parseXml(`<a>${value}</a>`, 'name').text;
  } catch {
    return value;
  }
}
