/** Whether a folder holds VOC: by the roots of a few XML files, else by folders of masks and the bytes of one. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { layOut, type VocLayout } from './layout.ts';

const LOOKED_AT = 24;
const HEAD_BYTES = 16 << 10;

export async function detectVoc({ tree }: DetectContext): Promise<Verdict> {
  const layout = layOut(tree.files);
  const byXml = await judgeXml(tree, layout);
  if (byXml.confidence > 0) return byXml;
  return (await judgeMasks(tree, layout)) ?? byXml;
}

async function judgeXml(tree: SourceTree, { xmls, others }: VocLayout): Promise<Verdict> {
  if (xmls.length === 0) return { confidence: 0, because: 'there is no XML file' };
  let why = '';
  for (const file of spread(xmls)) {
    const head = (await tree.head(file, HEAD_BYTES)).toString('utf8');
    const root = /<(?![?!])([\w:.-]+)/.exec(head.replace(/<!--[\s\S]*?(?:-->|$)/g, ''))?.[1];
    const isEmpty = !head.includes('<object') && /<(?:filename|size|segmented)>/.test(head);
    if (root === 'annotation' && (head.includes('<bndbox>') || isEmpty)) {
      const has = `${file} has the root <annotation>${isEmpty ? '' : ' with <bndbox>'}`;
      const pictures = others.some(({ path }) => isImageName(path));
      return pictures
        ? { confidence: 0.95, because: has }
        : { confidence: 0.6, because: `${has}, but there are no pictures` };
    }
    why ||= `${file} has the root <${root ?? 'none'}>${root === 'annotation' ? ' without boxes' : ''}`;
  }
  return { confidence: 0, because: why };
}

async function judgeMasks(tree: SourceTree, { maskSets, colours }: VocLayout): Promise<Verdict | undefined> {
  // The mark of another format with folders of the same names.
  if (tree.byBaseName('obj_class_to_machine_color.json').length > 0) return undefined;
  for (const { classes } of maskSets.values()) {
    const [mask] = classes.values();
    if (mask === undefined) continue;
    const head = await tree.head(mask, 33);
    const isColoured = head.toString('latin1', 1, 4) === 'PNG' && (head[25] === 3 || head[25] === 2);
    if (!isColoured) continue;
    if (mask.includes('SegmentationClass/'))
      return { confidence: 0.85, because: `${mask} is a mask in colours in a folder of VOC` };
    const table = colours[0];
    if (table !== undefined)
      return { confidence: 0.75, because: `${mask} is a mask in colours, and ${table} may name them` };
    return { confidence: 0.4, because: `${mask} may be a mask in the colours of VOC` };
  }
  return undefined;
}

/** Some of the list, from all over it. */
function spread(files: readonly string[]): string[] {
  if (files.length <= LOOKED_AT) return [...files];
  return Array.from({ length: LOOKED_AT }, (_, i) => files[Math.floor((i * files.length) / LOOKED_AT)] ?? '');
}
