/** Pictures without labels: what is left when no other format fits. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectImages } from './detect.ts';
import { exportImages } from './export.ts';
import { importImages } from './import.ts';

export const plugin: Plugin = {
  detect: async ({ tree }) => detectImages(tree),
  import: importImages,
  export: exportImages,
};
