/** Task 4.1: one text file a picture, one line a word. */

import type { Label } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { readTextLines } from '../../src/plugin-kit/text-lines.ts';
import { pictureOf } from './files.ts';
import { createSplitMatcher } from './match-split.ts';
import { readWordLine } from './text-line.ts';
import { createWordLabels, ILLEGIBLE } from './word-labels.ts';

export async function importLocalisation(
  ctx: ImportContext,
  items: LabelledItems,
  files: readonly string[],
  datasetOf: (picture: string) => string,
): Promise<void> {
  const { tree, report, signal, options, project } = ctx;
  const match = createSplitMatcher(tree, createStemMatcher);
  const words = createWordLabels(project, createTagNames(project), '#FF00FF');
  const owners = new Map<string, string>();
  for (const [done, file] of files.entries()) {
    ctx.progress('importing', done + 1, files.length);
    const found = match(pictureOf(file) ?? '', file);
    const owner = found && owners.get(found.file);
    if (found === undefined || owner !== undefined) {
      const what = `a picture named ${pictureOf(file)}`;
      items.book.note('skipped', 'files without a picture of their own', () => ({
        file,
        code: 'SLY_NOT_FOUND',
        message:
          owner === undefined ? `expected ${what}, got none` : `expected ${what} of its own, ${owner} has it`,
      }));
      continue;
    }
    owners.set(found.file, file);
    const picture = items.look(found.file);
    if (picture === undefined) continue;
    const labels: Label[] = [];
    try {
      for await (const { text, line } of readTextLines(tree.locate(file), { file, signal })) {
        if (text.trim() === '') continue;
        const word = readWordLine(text);
        const problem = (message: string) => () => ({
          file,
          place: `line ${line}`,
          code: 'SLY_FORMAT_INVALID',
          message,
          hint: 'This word is left out.',
        });
        if (typeof word === 'string') items.fault('words that cannot be read', problem(word));
        else if (options.illegible === 'skip' && word.text === ILLEGIBLE) continue;
        else {
          const pieces = words.of(picture, word.ring, word.text, String(line));
          labels.push(...pieces);
          if (pieces.length === 0)
            items.fault(
              'words outside of their picture',
              problem(
                `expected a place in ${picture.width} x ${picture.height} pixels, got ${word.ring.join(' ')}`,
              ),
            );
        }
      }
      await report.used(file, 'words');
    } catch (error) {
      signal.throwIfAborted();
      const { code, detail: message } = toSlyError(error);
      await report.failed({ file, code, message });
    }
    await items.add(picture, { dataset: datasetOf(found.file), labels });
  }
}
