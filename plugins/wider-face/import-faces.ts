/** Import: the places of all faces first, then picture by picture. */
import { toSlyError } from '../../src/lib/errors.ts';
import { ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { createLabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createRangeReader } from '../../src/plugin-kit/range-reader.ts';
import { splitInPath } from '../../src/plugin-kit/splits.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { createFaceReader } from './faces.ts';
import { type Entry, findLists, readList } from './lists.ts';

export async function importWiderFace(ctx: ImportContext): Promise<void> {
  const { tree, options, project } = ctx;
  const items = createLabelledItems(ctx);
  const ranges = createRangeReader(tree);
  const tags = createTagNames(project);
  const faces = createFaceReader({ items, project, tags, ranges });
  const pictures = await entriesByPicture(ctx, items);
  let done = 0;
  try {
    for (const [file, entries] of pictures) {
      ctx.progress('importing', ++done, pictures.size);
      const picture = items.look(file);
      if (picture === undefined) continue;
      const [first] = entries;
      const event = eventOf(first?.name ?? '') ?? eventOf(file);
      await items.add(picture, {
        dataset: datasetOf(options.datasets, file, first),
        labels: faces.labels(picture, entries),
        tags: event === undefined ? [] : [tags.text('event', event.replace(/^\d+--/, ''), 'imagesOnly')],
      });
    }
  } finally {
    ranges.close();
  }
  await items.addRest('an entry in a list of faces', (file) => datasetOf(options.datasets, file));
  await items.finish();
}

async function entriesByPicture(
  ctx: ImportContext,
  items: ReturnType<typeof createLabelledItems>,
): Promise<Map<string, Entry[]>> {
  const { tree, report, signal } = ctx;
  const match = createImageMatcher(tree);
  const pictures = new Map<string, Entry[]>();
  for (const [file, kind] of await findLists(tree)) {
    try {
      for await (const entry of readList(tree, file, kind, signal)) {
        const found = match(entry.name, file);
        if (found === undefined)
          items.book.note('warning', 'pictures of lists that are not there', () => ({
            file,
            place: `line ${entry.line}`,
            code: 'SLY_NOT_FOUND',
            message: `expected the picture ${JSON.stringify(entry.name)} in the source, got none of that name`,
          }));
        else {
          const entries = pictures.get(found.file);
          if (entries === undefined) pictures.set(found.file, [entry]);
          else entries.push(entry);
        }
      }
      await report.used(file, kind === 'names' ? 'list of pictures' : 'list of faces');
    } catch (error) {
      signal.throwIfAborted();
      const { code, detail: message } = toSlyError(error);
      await report.failed({ file, code, message });
    }
  }
  return pictures;
}

function datasetOf(by: unknown, file: string, entry?: Entry): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return eventOf(entry?.name ?? '') ?? eventOf(file) ?? ONLY_DATASET;
  return (entry && splitInPath(entry.place.file)) ?? splitInPath(file.replace(/[^/]*$/, '')) ?? ONLY_DATASET;
}

/** `0--Parade` of a path. */
function eventOf(file: string): string | undefined {
  return file
    .split('/')
    .slice(0, -1)
    .findLast((folder) => /^\d+--/.test(folder));
}
