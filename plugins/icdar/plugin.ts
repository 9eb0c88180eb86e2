/** ICDAR 2015, incidental scene text: words in pictures, and words cut out of them. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectIcdar } from './detect.ts';
import { importIcdar } from './import-icdar.ts';

export const plugin: Plugin = { detect: detectIcdar, import: importIcdar };
