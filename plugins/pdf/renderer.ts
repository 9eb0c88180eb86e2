/**
 * PDFium, compiled to WebAssembly: it can reach nothing but the bytes it is given. Scripts and forms of a document
 * are not run. The pixel library writes the PNG.
 */

import type { PDFiumDocument } from '@hyzyla/pdfium';
import { SlyError } from '../../src/lib/errors.ts';
import { loadSharp } from '../../src/plugin-kit/pixels/load-sharp.ts';

/** Pixels of one page; some 400 MB while it is drawn. */
const MAX_PIXELS = 100e6;
/** Points, which pages are measured in, to the inch. */
const POINTS = 72;
export interface PdfDocument {
  readonly pages: number;
  /** Writes a PNG to `target`; pixels of what was written. Throws SLY_IMAGE_UNREADABLE. */
  render(page: number, dpi: number, target: string): Promise<{ width: number; height: number }>;
  close(): void;
}

export interface Renderer {
  /** Throws SLY_IMAGE_UNREADABLE for what is damaged or locked. */
  open(bytes: Uint8Array): Promise<PdfDocument>;
}

export async function openRenderer(): Promise<Renderer> {
  const [{ PDFiumLibrary }, sharp] = await Promise.all([import('@hyzyla/pdfium'), loadSharp()]);
  const library = await PDFiumLibrary.init();
  return {
    async open(bytes) {
      const document = await openDocument(() => library.loadDocument(bytes));
      return {
        pages: document.getPageCount(),
        async render(number, dpi, target) {
          const scale = dpi / POINTS;
          const page = document.getPage(number);
          const { originalWidth, originalHeight } = page.getOriginalSize();
          const pixels = originalWidth * scale * originalHeight * scale;
          if (!(pixels >= 1 && pixels <= MAX_PIXELS)) {
            throw new SlyError('SLY_IMAGE_UNREADABLE', {
              detail: `expected a page of 1 to ${MAX_PIXELS} pixels, got ${Math.round(originalWidth * scale)} x ${Math.round(originalHeight * scale)} at ${dpi} dpi`,
              hint: 'Set a smaller dpi.',
            });
          }
          let size = { width: 0, height: 0 };
          await page.render({
            scale,
            render: async ({ data, width, height }) => {
              const raw = { width, height, channels: 4 as const };
              await sharp(data, { raw }).removeAlpha().png({ compressionLevel: 6 }).toFile(target);
              size = { width, height };
              return data;
            },
          });
          return size;
        },
        close: () => document.destroy(),
      };
    },
  };
}

async function openDocument(open: () => Promise<PDFiumDocument>): Promise<PDFiumDocument> {
  try {
    return await open();
  } catch (error) {
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `the document cannot be opened: ${(error as Error).message}`,
      cause: error,
    });
  }
}
