/** Label Studio: a list of tasks in JSON, and the labelling interface in XML. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectLabelStudio } from './detect.ts';
import { exportLabelStudio } from './export.ts';
import { importLabelStudio } from './import.ts';

export const plugin: Plugin = {
  detect: detectLabelStudio,
  import: importLabelStudio,
  export: exportLabelStudio,
};
