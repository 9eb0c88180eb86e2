/** Videos without labels. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectVideos } from './detect.ts';

export const plugin: Plugin = {
  detect: detectVideos,
  // The reader of containers is large; a detection does without it.
  import: async (ctx) => (await import('./import.ts')).importVideos(ctx),
};
