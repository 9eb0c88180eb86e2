/**
 * An import's results: items as segment lines, classes and tags as `results/meta.json`. Whenever a segment
 * appears, meta.json has every class and tag its annotations can use; it is replaced whole, never half.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createMetaMerger } from '../format/merge-meta.ts';
import type { ProjectMeta } from '../format/model.ts';
import { SlyError } from '../lib/errors.ts';
import type { SegmentItem } from '../protocol/plugin.ts';
import type { Breathe } from './breathe.ts';
import type { NewItem, ProjectWriter } from './plugin.ts';
import { reportLine } from './reporter.ts';
import { createSegmentWriter, type SegmentBounds, type SegmentWriter } from './segment-writer.ts';

export interface ImportResults {
  readonly segments: SegmentWriter;
  readonly project: ProjectWriter;
  /** Writes what is held and the last meta.json. */
  finish(): void;
}

const FILES_PER_FOLDER = 1000;

export function createImportResults(
  results: string,
  options: { breathe: Breathe; bounds?: SegmentBounds },
): ImportResults {
  const meta = createMetaMerger({ classes: [], tags: [], projectType: 'images' });
  const segments = createSegmentWriter(results, {
    beforeClose: writeMeta,
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  });
  const renamed = new Set<string>();
  let written = '';
  let files = 0;

  function writeMeta(): void {
    const text = JSON.stringify(meta.meta());
    if (text === written) return;
    const file = path.join(results, 'meta.json');
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
    written = text;
  }

  function sayRenamed(what: 'class' | 'tag', from: string, to: string): void {
    const key = `${what} ${from} ${to}`;
    if (renamed.has(key)) return;
    renamed.add(key);
    const message = `the ${what} ${JSON.stringify(from)} is there with ${what === 'class' ? 'another shape' : 'other values'}; this one is called ${JSON.stringify(to)}`;
    segments.write(reportLine('warning', { code: 'SLY_FORMAT_INVALID', message }));
  }

  const project: ProjectWriter = {
    defineClass(wanted) {
      const { title, renamed: isNew } = meta.class(wanted);
      if (isNew) sayRenamed('class', wanted.title, title);
      return title;
    },
    defineTag(wanted) {
      const { name, renamed: isNew } = meta.tag(wanted);
      if (isNew) sayRenamed('tag', wanted.name, name);
      return name;
    },
    mergeMeta(other: ProjectMeta) {
      const changed = meta.merge(other);
      for (const [from, to] of changed.classes) sayRenamed('class', from, to);
      for (const [from, to] of changed.tags) sayRenamed('tag', from, to);
      return changed;
    },
    async add(item) {
      segments.write(itemLine(item));
      await options.breathe();
    },
    async addLines(lines) {
      segments.writeItems(lines);
      await options.breathe();
    },
    resultFile(name) {
      const folder = `files/${Math.floor(files / FILES_PER_FOLDER)}`;
      if (files % FILES_PER_FOLDER === 0) mkdirSync(path.join(results, folder), { recursive: true });
      // Numbered, so that any name the source invents is no danger and no clash; the ending helps who looks.
      const result = `${folder}/${files++}${/\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''}`;
      return { absolute: path.join(results, result), result };
    },
  };

  return {
    segments,
    project,
    finish() {
      segments.close();
      writeMeta();
    },
  };
}

function itemLine(item: NewItem): SegmentItem {
  const { dataset, name, file, result, link, probe, range, annotation, mime, width, height, meta } = item;
  const given = [file, result, link].filter((one) => one !== undefined).length;
  if (given !== 1)
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `${dataset}/${name}: expected exactly one of file, result and link, got ${given}`,
    });
  const bytes =
    file === undefined ? (result === undefined ? undefined : `results/${result}`) : `data/${file}`;
  return {
    kind: 'item',
    dataset,
    name,
    ...(bytes === undefined ? {} : { file: bytes }),
    ...(link === undefined ? {} : { link }),
    ...(probe === undefined ? {} : { probe: { ...probe, file: `data/${probe.file}` } }),
    ...(range === undefined ? {} : { range: [range[0], range[1]] }),
    ...(mime === undefined ? {} : { mime }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(annotation === undefined ? {} : { ann: annotation }),
    ...(meta === undefined ? {} : { meta }),
  };
}
