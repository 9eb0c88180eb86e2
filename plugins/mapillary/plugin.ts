/** Mapillary Vistas. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectVistas } from './detect.ts';
import { importVistas } from './import-vistas.ts';

export const plugin: Plugin = { detect: detectVistas, import: importVistas };
