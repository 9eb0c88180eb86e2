/** Open Images: tables of boxes, masks and labels beside the pictures. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectOpenImages } from './detect.ts';
import { exportOpenImages } from './export-open-images.ts';
import { importOpenImages } from './import-open-images.ts';

export const plugin: Plugin = {
  detect: detectOpenImages,
  import: importOpenImages,
  export: exportOpenImages,
};
