/** The colour table of a source: all its `colors.txt`, else the colours of the original VOC. */
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { type ClassColour, DEFAULT_COLOURS, parseColours } from './colour-table.ts';

const MAX_BYTES = 4 << 20;

export async function readColours(
  { tree, report }: ImportContext,
  files: readonly string[],
  book: ProblemBook,
): Promise<readonly ClassColour[]> {
  const table: ClassColour[] = [];
  for (const file of files) {
    try {
      const { colours, problems } = parseColours(await tree.text(file, MAX_BYTES), file);
      for (const problem of problems)
        book.note('warning', 'lines of colors.txt without a colour', () => problem);
      // The first file that names a class or has a colour is right.
      for (const one of colours)
        if (!table.some(({ name, colour }) => name === one.name || colour === one.colour)) table.push(one);
      await report.used(file, 'colours of classes');
    } catch (error) {
      if (!(error instanceof SlyError)) throw error;
      book.note('failed', 'files of colours', () => ({ file, code: error.code, message: error.detail }));
    }
  }
  return table.length > 0 ? table : DEFAULT_COLOURS;
}
