/** Supervisely Format: what this folder gives to the host. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectSupervisely } from './detect.ts';
import { exportSupervisely } from './export.ts';
import { importSupervisely } from './import.ts';

export const plugin: Plugin = {
  detect: ({ tree }) => detectSupervisely(tree),
  import: importSupervisely,
  export: exportSupervisely,
};
