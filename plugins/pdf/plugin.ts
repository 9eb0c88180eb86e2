/** PDF: every page a picture. See README.md. */
import type { Plugin } from '../../src/plugin-kit/plugin.ts';
import { detectPdf } from './detect.ts';
import { importPdf } from './import.ts';

export const plugin: Plugin = { detect: detectPdf, import: importPdf };
