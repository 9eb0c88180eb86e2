/** COCO-Text: words in the pictures of COCO. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectCocoText } from './detect.ts';
import { importCocoText } from './import-coco-text.ts';

export const plugin: Plugin = { detect: detectCocoText, import: importCocoText };
