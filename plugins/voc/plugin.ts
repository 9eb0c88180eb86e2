/** Pascal VOC: one XML file a picture, and masks in palette colours. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectVoc } from './detect.ts';
import { exportVoc } from './export.ts';
import { importVoc } from './import.ts';

export const plugin: Plugin = { detect: detectVoc, import: importVoc, export: exportVoc };
