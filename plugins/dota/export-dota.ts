/** A project -> `<dataset>/images` and `<dataset>/labelTxt`, a text for each picture. */
import type { ImageAnnotation, Tag } from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { isWantedItem, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createFreeStems } from '../../src/plugin-kit/free-stems.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { cornersOf } from './export-corners.ts';

export async function exportDota(ctx: ExportContext): Promise<void> {
  const losses = createLosses('DOTA');
  const classNames = planNames(
    ctx.project.meta.classes.map(({ title }) => title),
    losses,
  );
  const freeStem = createFreeStems();
  let done = 0;
  for await (const item of ctx.project.items()) {
    ctx.signal.throwIfAborted();
    ctx.progress('Writing labels', done++, ctx.project.total);
    if (!isWantedItem(item, ctx.options.only_annotated === true)) continue;
    const annotation = await readExportedLabels(ctx, item);
    const text = `${headers(item, losses)}${lines(annotation, classNames, losses)}`;
    const stem = freeStem(item.dataset, stemOf(item.name));
    if (ctx.options.only_annotations !== true) {
      const ending = item.name.slice(stemOf(item.name).length);
      if (item.file === undefined) losses.add('picture that is a link');
      else await ctx.archive.addFile(`${item.dataset}/images/${stem}${ending}`, item.file);
    }
    await ctx.archive.addText(`${item.dataset}/labelTxt/${stem}.txt`, text);
    await ctx.archive.written(item);
  }
  ctx.progress('Writing labels', ctx.project.total, ctx.project.total);
  await losses.report(ctx.report);
}

function headers({ meta }: ExportedItem, losses: Losses): string {
  const { imagesource, gsd, ...rest } = meta;
  for (const key of Object.keys(rest)) losses.add(`metadata ${key} of a picture`);
  return `imagesource:${said(imagesource)}\ngsd:${said(gsd)}\n`;
}

function said(value: unknown): string {
  const known = (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';
  return known ? String(value).replace(/\s+/g, ' ').trim() : 'null';
}

function lines(annotation: ImageAnnotation, classNames: ReadonlyMap<string, string>, losses: Losses): string {
  const instances = new Set<string>();
  for (const { name } of annotation.tags) losses.add(`tag ${name} of a picture`);
  let text = '';
  for (const label of annotation.objects) {
    const className = classNames.get(label.classTitle);
    if (className === undefined || !isKnownLabel(label)) {
      losses.add(
        className === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    const corners = cornersOf(label, losses);
    if (corners === undefined) continue;
    const { instance } = label;
    if (typeof instance === 'string' && instance !== '') {
      if (instances.has(instance)) losses.add('label that is one object with another');
      instances.add(instance);
    }
    text += `${corners.flat().map(decimal).join(' ')} ${className} ${difficulty(label.tags, losses)}\n`;
  }
  return text;
}

function difficulty(tags: readonly Tag[], losses: Losses): 0 | 1 {
  let difficult: 0 | 1 = 0;
  for (const { name, value } of tags) {
    if (name !== 'difficult') losses.add(`tag ${name} of a label`);
    else if (value === undefined || value === null || Number(value) !== 0) difficult = 1;
  }
  return difficult;
}

/** `12.0`, as the files of DOTA have it. */
function decimal(value: number): string {
  const short = Number(value.toFixed(4)) + 0;
  return Number.isInteger(short) ? `${short}.0` : String(short);
}

/** Words are what separates the columns, so a class is one word; two classes stay two. */
function planNames(titles: readonly string[], losses: Losses): Map<string, string> {
  const taken = new Set(titles.filter((title) => !/\s/.test(title)));
  const names = new Map<string, string>();
  for (const title of titles) {
    if (!/\s/.test(title)) {
      names.set(title, title);
      continue;
    }
    losses.add('space in the name of a class (it is written as a dash)');
    const wanted = title.trim().replace(/\s+/g, '-');
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
    taken.add(name);
    names.set(title, name);
  }
  return names;
}
