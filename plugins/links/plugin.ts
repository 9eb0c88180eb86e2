/** Lists of links: see README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectLinks } from './detect.ts';
import { importLinks } from './import.ts';

export const plugin: Plugin = { detect: detectLinks, import: importLinks };
