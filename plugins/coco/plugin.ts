/** COCO: instances, keypoints and captions in JSON files beside the pictures. See README.md. */
import type { ImportContext, Plugin } from '../../src/plugin-kit/plugin.ts';

/** Loaded when they are called: each is of no use to the others. */
export const plugin: Plugin = {
  detect: async (ctx) => (await import('./detect.ts')).detectCoco(ctx),
  import: importCoco,
  export: async (ctx) => (await import('./export-coco.ts')).exportCoco(ctx),
};

/** The thread comes first: it starts while this one loads what it needs. */
async function importCoco(ctx: ImportContext): Promise<void> {
  const { createConverters } = await import('./converters.ts');
  let bytes = 0;
  for (const { path, size } of ctx.tree.files) if (/\.json$/i.test(path)) bytes += size;
  const converters = createConverters(bytes);
  try {
    await (await import('./import-coco.ts')).importCoco(ctx, converters);
  } finally {
    await converters.close();
  }
}
