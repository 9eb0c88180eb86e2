/** LabelMe: one JSON file a picture. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectLabelMe } from './detect.ts';
import { exportLabelMe } from './export.ts';
import { importLabelMe } from './import.ts';

export const plugin: Plugin = { detect: detectLabelMe, import: importLabelMe, export: exportLabelMe };
