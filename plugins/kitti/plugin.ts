/** KITTI: boxes of the object benchmark, semantic and instance masks. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectKitti } from './detect.ts';
import { importKitti } from './import-kitti.ts';

export const plugin: Plugin = { detect: detectKitti, import: importKitti };
