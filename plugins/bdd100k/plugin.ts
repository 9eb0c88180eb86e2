/** BDD100K: JSON of Berkeley DeepDrive and Scalabel. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectBdd } from './detect.ts';
import { importBdd } from './import-bdd.ts';

export const plugin: Plugin = { detect: detectBdd, import: importBdd };
