/** Medical volumes. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectVolumes } from './detect.ts';
import { importVolumes } from './import.ts';

export const plugin: Plugin = { detect: detectVolumes, import: importVolumes };
