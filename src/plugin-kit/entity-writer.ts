/** Videos, point clouds and volumes as lines of segments: an item, then its figures in as many lines as they take. */
import { SlyError } from '../lib/errors.ts';
import type { SegmentFigure, SegmentItem } from '../protocol/plugin.ts';
import type { ProjectType } from '../protocol/project-type.ts';
import type { Breathe } from './breathe.ts';
import { itemLine, writtenPath } from './item-line.ts';
import type { AddedEntity, EntityHead, EntityWriter, NewEntity, NewFigure } from './plugin.ts';
import type { SegmentWriter } from './segment-writer.ts';

/** A line ends at the first of these, so that many figures or large ones need no line of their size. */
const FIGURES_A_LINE = 500;
const UNITS_A_LINE = 1 << 20;

export interface EntityWriterParts {
  segments: SegmentWriter;
  breathe: Breathe;
  setType(type: ProjectType): void;
  /** Of the project; SLY_PLUGIN_OUTPUT is thrown for an object of another class. */
  hasClass(title: string): boolean;
}

export function createEntityWriter({
  segments,
  breathe,
  setType,
  hasClass,
}: EntityWriterParts): EntityWriter {
  let type: ProjectType | undefined;
  let entities = 0;
  /** Keys of the objects of each episode. */
  const episodes = new Map<string, ReadonlySet<string>>();

  function needType(what: string): void {
    if (type === undefined) throw wrong(`${what}: expected setType before the first item`);
  }

  /** Keys of its objects; their classes must be there. */
  function objectKeys(what: string, head: EntityHead | undefined): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const { key, classTitle } of head?.objects ?? []) {
      if (!hasClass(classTitle))
        throw wrong(`${what}: object ${key}: the class ${JSON.stringify(classTitle)} was not defined`);
      if (keys.has(key)) throw wrong(`${what}: the object ${key} is there twice`);
      keys.add(key);
    }
    return keys;
  }

  return {
    setType(wanted) {
      if (type !== undefined && type !== wanted)
        throw wrong(`expected one type of project, got ${type} and then ${wanted}`);
      if (type === undefined) setType(wanted);
      type = wanted;
    },

    async add(entity) {
      const what = `${entity.dataset}/${entity.name}`;
      needType(what);
      const own = objectKeys(what, entity.head);
      const key = String(++entities);
      segments.write({ ...entityLine(entity), key });
      await breathe();
      const pictures = new Set(entity.related?.map(({ name }) => name));
      const knows = (object: string): boolean =>
        own.has(object) || episodes.get(entity.dataset)?.has(object) === true;
      return added({ what, key, pictures, knows });
    },

    async addEpisode(dataset, head) {
      needType(dataset);
      if (type !== 'point_cloud_episodes')
        throw wrong(`${dataset}: expected an episode in a project of point_cloud_episodes, got ${type}`);
      if (episodes.has(dataset)) throw wrong(`${dataset}: the episode was told twice`);
      episodes.set(dataset, objectKeys(dataset, head));
      segments.write({ kind: 'episode', dataset, ann: { ...head } });
      await breathe();
    },
  };

  function added(of: {
    what: string;
    key: string;
    pictures: ReadonlySet<string>;
    knows(object: string): boolean;
  }): AddedEntity {
    return {
      async addFigures(figures, { related } = {}) {
        if (related !== undefined && !of.pictures.has(related))
          throw wrong(`${of.what}: expected one of its pictures, got ${JSON.stringify(related)}`);
        const picture = related === undefined ? '' : `,"related":${JSON.stringify(related)}`;
        const start = `{"kind":"figures","of":${JSON.stringify(of.key)}${picture},"figures":[`;
        let held: string[] = [];
        let units = 0;
        for (const figure of figures) {
          if (!of.knows(figure.objectKey))
            throw wrong(
              `${of.what}: figure ${figure.key ?? ''}: the object ${figure.objectKey} was not told before`,
            );
          const text = JSON.stringify(figureOf(of.what, figure));
          held.push(text);
          units += text.length;
          if (held.length < FIGURES_A_LINE && units < UNITS_A_LINE) continue;
          segments.writeText(`${start}${held.join(',')}]}`);
          held = [];
          units = 0;
          await breathe();
        }
        if (held.length > 0) segments.writeText(`${start}${held.join(',')}]}`);
        await breathe();
      },
    };
  }
}

function entityLine({ head, related = [], ...item }: NewEntity): SegmentItem {
  const what = `${item.dataset}/${item.name}`;
  const names = new Set(related.map(({ name }) => name));
  if (names.size < related.length) throw wrong(`${what}: two pictures beside it have one name`);
  return {
    ...itemLine(item),
    ...(head === undefined ? {} : { ann: head }),
    ...(related.length === 0
      ? {}
      : {
          related: related.map(({ name, meta, ...bytes }) => ({
            name,
            file: oneFile(`${what}: ${name}`, bytes),
            ...(meta === undefined ? {} : { meta }),
          })),
        }),
  };
}

function figureOf(what: string, { file, result, ...figure }: NewFigure): SegmentFigure {
  const shown = `${what}: figure ${figure.key ?? ''} of ${figure.objectKey}`;
  const hasFile = file !== undefined || result !== undefined;
  if (hasFile === (figure.geometry !== undefined))
    throw wrong(`${shown}: expected a geometry or a file that is it, got ${hasFile ? 'both' : 'neither'}`);
  return hasFile ? { ...figure, file: oneFile(shown, { file, result }) } : figure;
}

function oneFile(what: string, of: { file?: string | undefined; result?: string | undefined }): string {
  const written = writtenPath(of);
  if (written === undefined || (of.file !== undefined && of.result !== undefined))
    throw wrong(`${what}: expected exactly one of file and result`);
  return written;
}

const wrong = (detail: string): SlyError => new SlyError('SLY_PLUGIN_OUTPUT', { detail });
