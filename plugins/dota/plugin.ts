/** DOTA: aerial pictures with turned boxes, a text of corners for each picture. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectDota } from './detect.ts';
import { exportDota } from './export-dota.ts';
import { importDota } from './import-dota.ts';

export const plugin: Plugin = { detect: detectDota, import: importDota, export: exportDota };
