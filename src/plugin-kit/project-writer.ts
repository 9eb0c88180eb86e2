/**
 * An import's results: items as segment lines, classes and tags as `results/meta.json`. Whenever a segment
 * appears, meta.json has every class and tag its annotations can use; it is replaced whole, never half.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createMetaMerger } from '../format/merge-meta.ts';
import type { ProjectMeta } from '../format/model.ts';
import { SlyError } from '../lib/errors.ts';
import type { ProjectType } from '../protocol/project-type.ts';
import type { Breathe } from './breathe.ts';
import { createEntityWriter } from './entity-writer.ts';
import { itemLine } from './item-line.ts';
import type { EntityWriter, ProjectWriter } from './plugin.ts';
import { reportLine } from './reporter.ts';
import { createSegmentWriter, type SegmentBounds, type SegmentWriter } from './segment-writer.ts';

export interface ImportResults {
  readonly segments: SegmentWriter;
  readonly project: ProjectWriter;
  readonly entities: EntityWriter;
  /** Writes what is held and the last meta.json. */
  finish(): void;
}

const FILES_PER_FOLDER = 1000;

export function createImportResults(
  results: string,
  options: { breathe: Breathe; bounds?: SegmentBounds },
): ImportResults {
  const meta = createMetaMerger({ classes: [], tags: [] });
  let projectType: ProjectType = 'images';
  /** Something was told that depends on the type of the project. */
  let told = false;
  const segments = createSegmentWriter(results, {
    beforeClose: writeMeta,
    ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
  });
  const renamed = new Set<string>();
  let written = '';
  let files = 0;

  function writeMeta(): void {
    const text = JSON.stringify({ ...meta.meta(), projectType });
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

  function needImages(): void {
    told = true;
    if (projectType !== 'images')
      throw wrong(`expected no images in a project of ${projectType}: its items go to entities`);
  }

  const project: ProjectWriter = {
    defineClass(wanted) {
      told = true;
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
      told = true;
      const changed = meta.merge(other);
      for (const [from, to] of changed.classes) sayRenamed('class', from, to);
      for (const [from, to] of changed.tags) sayRenamed('tag', from, to);
      return changed;
    },
    async add(item) {
      needImages();
      segments.write(itemLine(item));
      await options.breathe();
    },
    async addLines(lines) {
      needImages();
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
    entities: createEntityWriter({
      segments,
      breathe: options.breathe,
      setType(type) {
        if (told) throw wrong(`expected setType(${type}) before classes and items`);
        projectType = type;
      },
      hasClass: (title) => meta.hasClass(title),
    }),
    finish() {
      segments.close();
      writeMeta();
    },
  };
}

const wrong = (detail: string): SlyError => new SlyError('SLY_PLUGIN_OUTPUT', { detail });
