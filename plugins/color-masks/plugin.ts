/** Colour masks: many data sets and one engine. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectColourMasks } from './detect.ts';
import { importColourMasks } from './import-masks.ts';

export const plugin: Plugin = { detect: detectColourMasks, import: importColourMasks };
