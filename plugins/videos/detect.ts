/** The last resort for videos: there are some, and nothing that looks like labels. */
import { detectPlain } from '../../src/plugin-kit/detect-plain.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { containerOf, HEAD_BYTES, isVideoName } from './container.ts';

export const detectVideos = ({ tree }: DetectContext): Promise<Verdict> =>
  detectPlain(tree, {
    word: 'video',
    isName: isVideoName,
    isReal: async ({ path }) => containerOf(await tree.head(path, HEAD_BYTES)) !== undefined,
  });
