/** COCO: instances, keypoints and captions in JSON files beside the pictures. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCoco } from './detect.ts';
import { exportCoco } from './export-coco.ts';
import { importCoco } from './import-coco.ts';

export const plugin: Plugin = { detect: detectCoco, import: importCoco, export: exportCoco };
