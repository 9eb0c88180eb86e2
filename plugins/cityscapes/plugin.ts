/** Street scenes with a polygon for everything. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCityscapes } from './detect.ts';
import { exportCityscapes } from './export-cityscapes.ts';
import { importCityscapes } from './import-cityscapes.ts';

export const plugin: Plugin = {
  detect: ({ tree }) => detectCityscapes(tree),
  import: importCityscapes,
  export: exportCityscapes,
};
