/** The last resort for point clouds: there are some, and nothing that looks like labels. */
import { detectPlain } from '../../src/plugin-kit/detect-plain.ts';
import type { DetectContext, Verdict } from '../../src/plugin-kit/plugin.ts';
import { binValues, cloudKind, HEAD_BYTES, isCloudName } from './cloud-kind.ts';
import { isBesideCloud } from './place.ts';

export const detectClouds = ({ tree }: DetectContext): Promise<Verdict> =>
  detectPlain(tree, {
    word: 'point cloud',
    isName: isCloudName,
    isBeside: isBesideCloud,
    async isReal({ path, size }) {
      const head = await tree.head(path, HEAD_BYTES);
      const kind = cloudKind(path, head);
      return kind === 'bin' ? binValues(head, size) !== undefined : kind !== undefined;
    },
  });
