/** COCO: instances, keypoints and captions in JSON files beside the pictures. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCoco } from './detect.ts';

/** Loaded when they are called: either one is of no use to the other. */
export const plugin: Plugin = {
  detect: detectCoco,
  import: async (ctx) => (await import('./import-coco.ts')).importCoco(ctx),
  export: async (ctx) => (await import('./export-coco.ts')).exportCoco(ctx),
};
