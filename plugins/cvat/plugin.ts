/** CVAT: one XML file for many pictures, or for the tracks of a video. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCvat } from './detect.ts';
import { exportCvat } from './export.ts';
import { importCvat } from './import.ts';

export const plugin: Plugin = { detect: detectCvat, import: importCvat, export: exportCvat };
