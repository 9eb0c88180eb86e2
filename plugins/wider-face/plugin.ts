/** WIDER FACE: lists of face boxes beside folders of events. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectWiderFace } from './detect.ts';
import { importWiderFace } from './import-faces.ts';

export const plugin: Plugin = { detect: detectWiderFace, import: importWiderFace };
