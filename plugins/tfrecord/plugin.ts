/** TFRecord files of the TensorFlow Object Detection API. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectTfrecord } from './detect.ts';
import { exportTfrecord } from './export-tfrecord.ts';
import { importTfrecord } from './import-tfrecord.ts';

export const plugin: Plugin = { detect: detectTfrecord, import: importTfrecord, export: exportTfrecord };
