/** A plugin that can do everything wrong, one option a fault. Only for tests; its manifest hides it from people. */
import type { ImportContext, Plugin } from '../../src/plugin-kit/plugin.ts';
import { eatMemory, fillDisk, flood, spawnMany, wait } from './faults.ts';
import { addItems } from './items.ts';
import { plantLinks, writeBadSegment } from './plants.ts';

export const plugin: Plugin = {
  async import(ctx: ImportContext) {
    const option = (name: string): number => Number(ctx.options[name] ?? 0);
    if (ctx.options.ignoreTerm === true) process.removeAllListeners('SIGTERM').on('SIGTERM', () => {});
    if (ctx.options.plantSymlink === true) await plantLinks(ctx);
    await addItems(ctx, {
      count: option('items'),
      pauseMs: option('pauseMs'),
      crashAfter: option('crashAfterItems'),
      failAfter: option('failAfterItems'),
    });
    if (ctx.options.badSegment === true) writeBadSegment();
    await flood(option('floodLines'), option('lineBytes'));
    await fillDisk(ctx, option('fillBytes'));
    await eatMemory(option('eatMemoryMb'), ctx);
    await spawnMany(option('spawnProcesses'), ctx);
    await wait(ctx, option('runForMs'), {
      spin: ctx.options.spinCpu === true,
      silent: ctx.options.silent === true,
    });
    if (option('exitCode') !== 0) process.exit(option('exitCode'));
  },
};
