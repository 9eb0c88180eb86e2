/** Boxes in plain tables beside the pictures. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCsvBoxes } from './detect.ts';
import { exportCsvBoxes } from './export-csv-boxes.ts';
import { importCsvBoxes } from './import-csv-boxes.ts';

export const plugin: Plugin = { detect: detectCsvBoxes, import: importCsvBoxes, export: exportCsvBoxes };
