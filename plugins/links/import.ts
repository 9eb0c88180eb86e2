/** Lists -> items that are links. Nothing is kept of a line but its item, so a million lines cost no memory. */
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import { checkLink, plainName } from './link.ts';
import { isListName, type ListLine, readList } from './list-file.ts';

const MAX_NAME = 200;

export async function importLinks(ctx: ImportContext): Promise<void> {
  const { tree, report, signal, options } = ctx;
  const lists = tree.files.filter(({ path }) => isListName(path) && !isJunk(baseOf(path)));
  let links = 0;
  for (const { path: file, size } of lists) {
    const dataset = options.datasets === 'one' ? 'ds0' : file.replace(/\.[^.]+$/, '');
    // Numbers of one width sort as they count; a line has more than ten bytes.
    const width = String(Math.ceil(size / 10)).length;
    let good = 0;
    let bad = 0;
    try {
      for await (const line of readList(tree.locate(file), { file, signal })) {
        signal.throwIfAborted();
        const item = itemOf(ctx, file, line, dataset, width);
        if ('why' in item) {
          bad++;
          await report.failed({
            file,
            place: `line ${line.line}`,
            code: 'SLY_FORMAT_INVALID',
            message: `${item.why}: ${line.address.slice(0, 300)}`,
          });
          continue;
        }
        await ctx.project.add(item);
        good++;
        ctx.progress('Reading links', links + good);
      }
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID') throw error;
      await report.failed({ file, code: error.code, message: error.detail });
    }
    links += good;
    if (good > 0)
      await report.used(file, `list of ${good} links${bad === 0 ? '' : `, ${bad} lines without one`}`);
  }
  if (links > 0) return;
  throw new SlyError('SLY_PUBLISH_NOTHING', {
    detail: `expected at least one link in ${
      lists
        .map(({ path }) => path)
        .slice(0, 3)
        .join(', ') || 'a .txt, .csv or .tsv file'
    }, got none`,
    hint: 'One address a line, for example https://example.org/a.jpg',
  });
}

function itemOf(
  { project, options }: ImportContext,
  file: string,
  { line, address, tags, cut }: ListLine,
  dataset: string,
  width: number,
): NewItem | { why: string } {
  if (cut === true) return { why: 'expected an address, got a line of more than 64 KiB' };
  const checked = checkLink(address);
  if ('why' in checked) return checked;
  const { link, base, scheme } = checked;
  const plain = options.normalize_image_name === false ? base || 'image' : plainName(base || 'image');
  const number =
    options.rename_image_to_preserve_order === true ? `${String(line - 1).padStart(width, '0')}_` : '';
  const named = tags.map((name) => ({
    name: project.defineTag({ name, value_type: 'none', applicable_type: 'imagesOnly' }),
  }));
  // An object storage needs keys nobody gave: such links are stored as they are.
  const probe = options.probe !== false && scheme !== 's3:';
  return {
    dataset,
    name: number + shorten(plain),
    link,
    ...(probe ? { probe: { file, place: `line ${line}` } } : {}),
    annotation: { description: '', size: { height: 0, width: 0 }, tags: named, objects: [] },
  };
}

/** Names of items are shorter than some addresses; the ending stays. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const ending = /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? '';
  return name.slice(0, MAX_NAME - ending.length) + ending;
}

const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
