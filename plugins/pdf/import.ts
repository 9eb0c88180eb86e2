/** Documents -> pages -> PNG files among the results. One page is in memory at a time. */
import { readFileSync } from 'node:fs';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { isPdf, isPdfName } from './detect.ts';
import { openRenderer, type PdfDocument, type Renderer } from './renderer.ts';

/** The engine holds a document whole, in 32-bit memory. */
const MAX_DOCUMENT = 1 << 30;

export async function importPdf(ctx: ImportContext): Promise<void> {
  const { tree, report, signal } = ctx;
  const documents = tree.files.filter(({ path }) => isPdfName(path) && !isJunk(baseOf(path)));
  const renderer = await openRenderer();
  let pages = 0;
  for (const [index, document] of documents.entries()) {
    signal.throwIfAborted();
    ctx.progress('Documents', index, documents.length);
    try {
      pages += await importDocument(ctx, renderer, document);
    } catch (error) {
      signal.throwIfAborted();
      const { code, detail, hint } = toSlyError(error);
      if (code === 'SLY_RUNNER_UNAVAILABLE' || code === 'SLY_INTERNAL') throw error;
      await report.failed({
        file: document.path,
        code,
        message: detail,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }
  ctx.progress('Documents', documents.length, documents.length);
  if (pages > 0) return;
  throw new SlyError('SLY_PUBLISH_NOTHING', {
    detail: `expected at least one page of a PDF, got none; first: ${documents[0]?.path ?? 'no .pdf file'}`,
  });
}

async function importDocument(
  ctx: ImportContext,
  renderer: Renderer,
  { path: file, size }: SourceFileEntry,
): Promise<number> {
  const { tree, report, project, options, signal } = ctx;
  if (!(await isPdf(tree, file))) throw unreadable('expected a PDF, got something else with its name');
  if (size > MAX_DOCUMENT) throw unreadable(`expected at most ${MAX_DOCUMENT} bytes, got ${size}`);
  const document: PdfDocument = await renderer.open(readFileSync(tree.locate(file)));
  const dataset = datasetOf(file, options.datasets);
  let good = 0;
  try {
    for (let page = 0; page < document.pages; page++) {
      signal.throwIfAborted();
      const { absolute, result } = project.resultFile('a.png');
      try {
        const { width, height } = await document.render(page, Number(options.dpi ?? 300), absolute);
        // Pages are counted from 0, as the platform's own importer does.
        const name = `${stemOf(baseOf(file))}_page_${page}.png`;
        await project.add({ dataset, name, result, mime: 'image/png', width, height });
        good++;
      } catch (error) {
        signal.throwIfAborted();
        const { code, detail, hint } = toSlyError(error);
        if (code !== 'SLY_IMAGE_UNREADABLE') throw error;
        await report.failed({
          file,
          place: `page ${page}`,
          code,
          message: detail,
          ...(hint === undefined ? {} : { hint }),
        });
      }
    }
    if (good > 0) await report.used(file, `PDF of ${document.pages} pages`);
    return good;
  } finally {
    document.close();
  }
}

function datasetOf(file: string, mode: unknown): string {
  if (mode === 'one') return ONLY_DATASET;
  return mode === 'document' ? stemOf(file) : folderDataset(file);
}

const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

function unreadable(detail: string): SlyError {
  return new SlyError('SLY_IMAGE_UNREADABLE', { detail });
}
