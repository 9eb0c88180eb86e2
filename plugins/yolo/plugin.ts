/** YOLO: a label file of numbers for each picture, and data.yaml or Darknet's files beside them. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectYolo } from './detect.ts';
import { exportYolo } from './export-yolo.ts';
import { importYolo } from './import-yolo.ts';

export const plugin: Plugin = { detect: detectYolo, import: importYolo, export: exportYolo };
