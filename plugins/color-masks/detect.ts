/** Whether a tree is one of the data sets, or pictures with masks in the colours of a legend that is there. */
import { toSlyError } from '../../src/lib/errors.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { chooseSet, knownShare } from './choose-set.ts';
import { customSet, findLegend, planCustom } from './custom-set.ts';

/** More pictures are not matched with masks just to find out. */
const MAX_CUSTOM_FILES = 50_000;
const MAX_SEEN_BYTES = 16 << 20;

export async function detectColourMasks({ tree }: DetectContext): Promise<Verdict> {
  const { set, proven, because, other } = await chooseSet(tree);
  if (set !== undefined) {
    const beside = other === undefined ? '' : `; ${other.title} is there too (set: ${other.name})`;
    return { confidence: proven ? 0.95 : 0.6, because: because + beside, options: { set: set.name } };
  }
  return (await detectCustom(tree)) ?? { confidence: 0, because };
}

async function detectCustom(tree: SourceTree): Promise<Verdict | undefined> {
  if (tree.files.length > MAX_CUSTOM_FILES) return undefined;
  const legend = await findLegend(tree);
  if (legend?.numbers !== 'colours') return undefined;
  const sizes = new Map(tree.files.map((file) => [file.path, file.size]));
  const { pairs } = planCustom(tree, '');
  const pair = pairs.find(({ mask }) => mask !== undefined && (sizes.get(mask) ?? 0) <= MAX_SEEN_BYTES);
  if (pair?.mask === undefined) return undefined;
  const lies = `${legend.file} names ${legend.classes.length} colours`;
  try {
    if ((await knownShare(customSet(legend), tree.locate(pair.mask))) < 0.9)
      return { confidence: 0, because: `${lies}, but ${pair.mask} has others` };
  } catch (error) {
    return {
      confidence: 0,
      because: `${lies}, but ${pair.mask} cannot be read: ${toSlyError(error).detail}`,
    };
  }
  return {
    confidence: 0.75,
    because: `${lies}, and ${pair.mask} is painted in them`,
    options: { set: 'custom' },
  };
}
