/** Masks as pictures beside pictures. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectMasks } from './detect.ts';
import { exportMasks } from './export-masks.ts';
import { importMasks } from './import-masks.ts';

export const plugin: Plugin = {
  detect: ({ tree }) => detectMasks(tree),
  import: importMasks,
  export: exportMasks,
};
