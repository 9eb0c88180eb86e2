/** Point clouds without labels. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectClouds } from './detect.ts';
import { importClouds } from './import.ts';

export const plugin: Plugin = { detect: detectClouds, import: importClouds };
