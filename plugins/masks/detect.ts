/**
 * Whether a tree is pictures with masks: by the files that name the classes, else only when it is plain - folders
 * called masks (or the like), the same stems, the same sizes, and pixels that are those of a mask.
 */
import path from 'node:path';
import { toSlyError } from '../../src/lib/errors.ts';
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import type { SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { MACHINE_MAP, readClassMaps, SEMANTIC_MAP } from './class-maps.ts';
import { findMaskLayout, type MaskLayout, mayHaveMasks, type PictureMasks } from './layout.ts';
import { type MaskKind, surveyMask } from './mask-survey.ts';
import { folderRole } from './roles.ts';

const LOOKED_AT = 6;
/** Marks of formats whose masks are theirs. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)(?:SegmentationClass|SegmentationObject|ImageSets)\//, 'Pascal VOC'],
  [/(?:^|\/)(?:colors|label_colors|labelmap)\.txt$/i, 'a list of class colours'],
  [/_gt(?:Fine|Coarse)_/, 'Cityscapes'],
];

export async function detectMasks(tree: SourceTree): Promise<Verdict> {
  if (!mayHaveMasks(tree)) return no('no folder or file is called after masks');
  const layout = findMaskLayout(tree);
  const named = [...tree.byBaseName(MACHINE_MAP), ...tree.byBaseName(SEMANTIC_MAP)];
  if (named.length > 0) return byClassMaps(tree, layout);
  if (layout.pairs.length === 0) return no('no folder of masks has pictures with the same names');
  const foreign = foreignMark(tree);
  if (foreign !== undefined) return no(`${foreign.file} is a mark of ${foreign.format}`);
  return byLook(tree, layout);
}

async function byClassMaps(tree: SourceTree, layout: MaskLayout): Promise<Verdict> {
  const maps = await readClassMaps(tree);
  const [map] = maps.files;
  if (map === undefined) {
    const [broken] = maps.broken;
    return no(`${broken?.file}: ${broken?.message}`);
  }
  const [pair] = layout.pairs;
  if (pair === undefined) return no(`${map.file} is there, but no mask with a picture of its name`);
  const mask = firstMask(pair);
  const because = `${map.file} names ${map.rules.length} class(es), and ${mask} is the mask of ${pair.picture}`;
  if (
    !tree
      .byBaseName('meta.json')
      .some(({ path: file }) => path.posix.dirname(file) === path.posix.dirname(map.file))
  )
    return { confidence: 0.95, because };
  return {
    confidence: 0.6,
    because: `${because}; the meta.json beside it says that the labels are there too`,
  };
}

async function byLook(tree: SourceTree, layout: MaskLayout): Promise<Verdict> {
  const { pairs, orphans } = layout;
  if (orphans.length > pairs.length)
    return no(`${orphans[0]} and ${orphans.length - 1} more masks have no picture of their name`);
  const step = Math.max(1, Math.floor(pairs.length / LOOKED_AT));
  const kinds = new Set<MaskKind>();
  let example: PictureMasks | undefined;
  for (let i = 0; i < pairs.length; i += step) {
    const pair = pairs[i];
    if (pair === undefined) continue;
    const mask = firstMask(pair);
    try {
      const picture = probeImage(tree.locate(pair.picture));
      const seen = await surveyMask(tree.locate(mask));
      if (seen.width !== picture.width || seen.height !== picture.height)
        return no(
          `${mask} is ${seen.width} x ${seen.height} pixels, ${pair.picture} ${picture.width} x ${picture.height}`,
        );
      if (seen.kind === 'no-mask')
        return no(`${mask} has ${seen.distinct} different numbers, more than a mask`);
      kinds.add(seen.kind);
      example ??= pair;
    } catch (error) {
      if (pairs.length <= LOOKED_AT) return no(`${mask}: ${toSlyError(error).detail}`);
    }
  }
  if (example === undefined)
    return no(`none of the masks can be read (${firstMask(pairs[0] as PictureMasks)})`);
  const mask = firstMask(example);
  const what = [...kinds].map((kind) => WORDS[kind]).join(' and ');
  const plain = folderRole(path.posix.dirname(mask)).plain;
  return {
    confidence: plain && !kinds.has('colours') ? 0.8 : 0.65,
    because: `${mask} is a mask (${what}) of ${example.picture}`,
  };
}

const WORDS: Readonly<Record<MaskKind, string>> = {
  'two-levels': 'black and white',
  numbers: 'class numbers',
  colours: 'class colours',
  'no-mask': 'no mask',
};

function firstMask({ machine, rgb, instances }: PictureMasks): string {
  return machine ?? rgb ?? instances?.[0]?.file ?? '';
}

function foreignMark(tree: SourceTree): { file: string; format: string } | undefined {
  for (const { path: file } of tree.files)
    for (const [mark, format] of OTHERS) if (mark.test(file)) return { file, format };
  return undefined;
}

const no = (because: string): Verdict => ({ confidence: 0, because });
