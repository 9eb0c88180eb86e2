/** VGG Image Annotator 2: regions of many pictures in one JSON or CSV file. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectVia } from './detect.ts';
import { importVia } from './import.ts';

export const plugin: Plugin = { detect: detectVia, import: importVia };
