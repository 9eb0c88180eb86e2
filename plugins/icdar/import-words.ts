/**
 * Task 4.3: pictures of single words, `coords.txt` with the word's place in each and `gt.txt` with what it says. A
 * word costs a short record until its picture is met.
 */
import type { Ring } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { readTextLines } from '../../src/plugin-kit/text-lines.ts';
import type { IcdarFiles } from './files.ts';
import { createSplitMatcher } from './match-split.ts';
import { readCoordinates, readTranscription } from './text-line.ts';
import { createWordLabels, ILLEGIBLE } from './word-labels.ts';

interface Word {
  ring?: Ring;
  text?: string;
  /** For the report. */
  from: { file: string; line: number };
}

export async function importWords(
  ctx: ImportContext,
  items: LabelledItems,
  files: Pick<IcdarFiles, 'coordinates' | 'transcriptions'>,
  datasetOf: (picture: string) => string,
): Promise<void> {
  const { tree, project, options } = ctx;
  const match = createSplitMatcher(tree, createImageMatcher);
  const words = new Map<string, Word>();

  async function read(
    file: string,
    what: string,
    take: (text: string) => { name: string } | string,
  ): Promise<void> {
    try {
      for await (const { text, line } of readTextLines(tree.locate(file), { file, signal: ctx.signal })) {
        if (text.trim() === '') continue;
        const got = take(text);
        const problem = (code: string, message: string) => () => ({
          file,
          place: `line ${line}`,
          code,
          message,
        });
        if (typeof got === 'string') {
          items.book.note(
            'warning',
            `lines of ${what} that cannot be read`,
            problem('SLY_FORMAT_INVALID', got),
          );
          continue;
        }
        const { name, ...said } = got;
        const found = match(name, file);
        if (found === undefined)
          items.book.note(
            'warning',
            'words without a picture',
            problem(
              'SLY_NOT_FOUND',
              `expected the picture ${JSON.stringify(name)} in the source, got none of that name`,
            ),
          );
        else words.set(found.file, { from: { file, line }, ...words.get(found.file), ...said });
      }
      await ctx.report.used(file, what);
    } catch (error) {
      ctx.signal.throwIfAborted();
      const { code, detail: message } = toSlyError(error);
      await ctx.report.failed({ file, code, message });
    }
  }

  for (const file of files.coordinates) await read(file, 'places of words', readCoordinates);
  for (const file of files.transcriptions) await read(file, 'words', readTranscription);
  const labels = createWordLabels(project, createTagNames(project), '#FF0000');
  let done = 0;
  for (const [file, { ring, text = '', from }] of words) {
    ctx.progress('importing', ++done, words.size);
    const picture = items.look(file);
    if (picture === undefined) continue;
    const problem = (message: string) => () => ({
      file: from.file,
      place: `line ${from.line}`,
      code: 'SLY_FORMAT_INVALID',
      message,
    });
    const { width, height } = picture;
    if (ring === undefined)
      items.book.note(
        'warning',
        'words without a place',
        problem(`expected the place of the word in coords.txt, got none; all of ${file} is taken`),
      );
    const whole: Ring = [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ];
    const left = options.illegible === 'skip' && text === ILLEGIBLE;
    const made = left ? [] : labels.of(picture, ring ?? whole, text, '');
    if (!left && made.length === 0)
      items.fault(
        'words outside of their picture',
        problem(`expected a place in ${width} x ${height} pixels, got ${ring?.join(' ')}`),
      );
    await items.add(picture, { dataset: datasetOf(file), labels: made });
  }
}
