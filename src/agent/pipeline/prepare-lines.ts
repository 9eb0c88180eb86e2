/** Lines of a segment as they go to the platform, with the files they name: each is found before anything is sent. */
import { toSlyError } from '../../lib/errors.ts';
import type { SegmentItem, SegmentLine } from '../../protocol/plugin.ts';
import type { PublishFigures, PublishItem, PublishLine } from '../../protocol/publish.ts';
import type { ReportLine } from '../../protocol/task.ts';
import type { FileToSend, SentFile } from '../ports/platform.ts';
import type { KnownItems } from './known-items.ts';
import type { SegmentOutcome } from './outcomes.ts';
import type { PluginFiles } from './plugin-files.ts';

/** A file a line names. */
export interface LinePart {
  file: FileToSend;
  source: string | undefined;
  /** Its bytes are in storage. */
  keep(sent: SentFile): void;
  /** They are not: it is taken out of its line. Undefined: the line is nothing without them. */
  leaveOut: (() => void) | undefined;
  /** For the report, of what is not the item's own file. */
  place?: string;
}

export interface PreparedLine {
  publish: PublishLine;
  /** Of an item; with what it asks of its link. */
  item: SegmentItem | undefined;
  /** `dataset/name` of the item or of the one it belongs to, as far as it is known. */
  place: string | undefined;
  parts: LinePart[];
}

export function prepareLines(
  lines: readonly SegmentLine[],
  of: { files: PluginFiles; known: KnownItems; outcome: SegmentOutcome },
): PreparedLine[] {
  const { files, known, outcome } = of;
  const prepared: PreparedLine[] = [];

  /** Undefined and reported when it may not be sent. */
  function find(written: string, place?: string): Pick<LinePart, 'file' | 'source' | 'place'> | undefined {
    const shownAt = place === undefined ? {} : { place };
    try {
      const { path, source } = files.resolve(written);
      return { file: { path }, source, ...shownAt };
    } catch (error) {
      const { code, detail } = toSlyError(error);
      outcome.lines.push({ ...reportLine('failed', sourceOf(written), code, detail), ...shownAt });
      return undefined;
    }
  }

  function itemLine(item: SegmentItem): PreparedLine | undefined {
    const { kind: _kind, file, probe: _probe, related = [], range, ...rest } = item;
    const publish: PublishItem = rest;
    const place = `${item.dataset}/${item.name}`;
    const parts: LinePart[] = [];
    if (file !== undefined) {
      const own = find(file);
      if (own === undefined) {
        known.lose(item.key, outcome);
        return undefined;
      }
      if (range !== undefined) own.file.range = range as [number, number];
      const keep = ({ sha256, size }: SentFile): void => void Object.assign(publish, { sha256, size });
      parts.push({ ...own, keep, leaveOut: undefined });
    }
    for (const { name, file: picture, meta } of related) {
      const found = find(picture, `${place}: ${name}`);
      if (found === undefined) continue;
      parts.push({
        ...found,
        keep({ sha256 }) {
          publish.related ??= [];
          publish.related.push({ name, sha256, ...(meta === undefined ? {} : { meta }) });
        },
        leaveOut: () => undefined,
      });
    }
    known.add(item.key, { place, source: parts[0]?.source });
    return { publish, item, place, parts };
  }

  function figuresLine(line: Extract<SegmentLine, { kind: 'figures' }>): PreparedLine | undefined {
    if (known.isLost(line.of)) return undefined;
    const place = known.find(line.of)?.place;
    const parts: LinePart[] = [];
    const publish: PublishFigures = { ...line, figures: [] };
    for (const { file, ...figure } of line.figures) {
      const sent: PublishFigures['figures'][number] = figure;
      if (file !== undefined) {
        const found = find(file, `${place ?? `item ${line.of}`}: figure ${figure.key ?? 'without a key'}`);
        if (found === undefined) continue;
        parts.push({
          ...found,
          keep: ({ sha256 }) => void Object.assign(sent, { sha256 }),
          leaveOut: () => void publish.figures.splice(publish.figures.indexOf(sent), 1),
        });
      }
      publish.figures.push(sent);
    }
    return { publish, item: undefined, place, parts };
  }

  for (const line of lines) {
    if (line.kind === 'used') outcome.ok.push(sourceOf(line.file) ?? line.file);
    else if (line.kind === 'report') {
      const { kind: _kind, file, ...rest } = line;
      const source = file === undefined ? undefined : sourceOf(file);
      outcome.lines.push({ ...rest, ...(source === undefined ? {} : { file: source }) });
    } else if (line.kind === 'item' || line.kind === 'figures') {
      const one = line.kind === 'item' ? itemLine(line) : figuresLine(line);
      if (one !== undefined) prepared.push(one);
    } else if (line.kind === 'episode')
      prepared.push({ publish: line, item: undefined, place: line.dataset, parts: [] });
  }
  return prepared;
}

export function sourceOf(written: string): string | undefined {
  return written.startsWith('data/') ? written.slice('data/'.length) : undefined;
}

export function reportLine(
  status: ReportLine['status'],
  file: string | undefined,
  code: string,
  message: string,
  hint?: string,
): ReportLine {
  return {
    status,
    code,
    message,
    ...(file === undefined ? {} : { file }),
    ...(hint === undefined ? {} : { hint }),
  };
}
