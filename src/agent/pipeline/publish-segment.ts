/** One segment of an import: bytes to storage, items to the platform, outcomes to disk. Idempotent by its number. */
import { isRecord } from '../../format/problem.ts';
import { toSlyError } from '../../lib/errors.ts';
import type { SegmentItem } from '../../protocol/plugin.ts';
import type { PublishItem } from '../../protocol/publish.ts';
import type { ReportLine } from '../../protocol/task.ts';
import type { LinkFacts } from '../ports/links.ts';
import type { FileToSend } from '../ports/platform.ts';
import type { SourceFile } from '../ports/sources.ts';
import { emptyOutcome, type SegmentOutcome } from './outcomes.ts';
import type { PluginFiles } from './plugin-files.ts';
import { createSampler, drawable, type Sample } from './previews/samples.ts';
import type { Segment } from './segments.ts';
import type { StepContext } from './step-context.ts';
import { emptyTally, tallyItem } from './tally.ts';

export interface PublishTarget {
  /** Undefined in a dry run: everything is checked and counted, nothing is sent. */
  publicationId: number | undefined;
  files: PluginFiles;
  sourceFiles: ReadonlyMap<string, SourceFile>;
  onBytes(bytes: number): void;
}

interface Prepared {
  item: SegmentItem;
  source: string | undefined;
  file: FileToSend | undefined;
}

export async function publishSegment(
  ctx: StepContext,
  segment: Segment,
  target: PublishTarget,
): Promise<SegmentOutcome> {
  const outcome = emptyOutcome();
  if (target.publicationId === undefined) outcome.tally = emptyTally();
  outcome.lines.push(...segment.broken);
  const prepared = prepare(segment, target.files, outcome);
  const looked = await lookAtLinks(ctx, prepared, outcome);
  const items = await send(ctx, looked, target, outcome);
  if (target.publicationId !== undefined && items.length > 0) {
    const publish = items.map(({ publish: one }) => one);
    const reply = await ctx.deps.client.putSegment(target.publicationId, segment.number, publish, ctx.signal);
    for (const note of reply.notes) {
      const at = items[note.line];
      if (at === undefined) continue;
      const status = note.outcome === 'renamed' ? 'warning' : note.outcome;
      outcome.lines.push(line(status, at.source, 'SLY_PUBLISH_CONFLICT', note.message));
      if (note.outcome !== 'renamed') at.dropped = true;
    }
  }
  const sampler = createSampler();
  for (const { publish, source, file, dropped } of items) {
    if (dropped) continue;
    outcome.items++;
    outcome.bytes += publish.size ?? 0;
    if (source !== undefined) outcome.ok.push(source);
    if (outcome.tally === undefined) continue;
    tallyItem(outcome.tally, publish);
    sampler.add(sampleOf(publish, file));
  }
  if (outcome.tally !== undefined) {
    const chosen = sampler.chosen();
    outcome.samples = chosen.map((sample) => ({ ...sample, ann: drawable(sample.ann) }));
  }
  await ctx.outcomes.store(segment.number, outcome);
  return outcome;
}

function prepare(segment: Segment, files: PluginFiles, outcome: SegmentOutcome): Prepared[] {
  const prepared: Prepared[] = [];
  for (const entry of segment.lines) {
    if (entry.kind === 'used') outcome.ok.push(sourceOf(entry.file) ?? entry.file);
    else if (entry.kind === 'report') {
      const { kind: _kind, file, ...rest } = entry;
      const source = file === undefined ? undefined : sourceOf(file);
      outcome.lines.push({ ...rest, ...(source === undefined ? {} : { file: source }) });
    } else if (entry.kind === 'item') {
      try {
        if (entry.file === undefined) prepared.push({ item: entry, source: undefined, file: undefined });
        else {
          const found = files.resolve(entry.file);
          const range = entry.range === undefined ? {} : { range: entry.range as [number, number] };
          prepared.push({ item: entry, source: found.source, file: { path: found.path, ...range } });
        }
      } catch (error) {
        outcome.lines.push(
          line('failed', sourceOf(entry.file ?? ''), toSlyError(error).code, toSlyError(error).detail),
        );
      }
    }
  }
  return prepared;
}

/** Links that ask for it are looked at, all at once as far as the prober lets them; the bad ones stay behind. */
async function lookAtLinks(
  ctx: StepContext,
  prepared: readonly Prepared[],
  outcome: SegmentOutcome,
): Promise<Prepared[]> {
  if (!prepared.some(({ item }) => item.probe !== undefined)) return [...prepared];
  const looked = await Promise.all(
    prepared.map(async (one): Promise<Prepared | ReportLine> => {
      const { link, probe } = one.item;
      if (link === undefined || probe === undefined) return one;
      try {
        return { ...one, item: withFacts(one.item, await ctx.deps.links.probe(link, ctx.signal)) };
      } catch (error) {
        ctx.signal.throwIfAborted();
        const { code, detail, hint } = toSlyError(error);
        const problem = line('failed', sourceOf(probe.file), code, `${link.slice(0, 500)}: ${detail}`, hint);
        return probe.place === undefined ? problem : { ...problem, place: probe.place };
      }
    }),
  );
  const [linked, unlinked] = [new Set<string>(), new Set<string>()];
  const usable = looked.filter((one): one is Prepared => {
    if ('item' in one) {
      const list = one.item.probe === undefined ? undefined : sourceOf(one.item.probe.file);
      if (list !== undefined) linked.add(list);
      return true;
    }
    if (one.file !== undefined) unlinked.add(one.file);
    outcome.lines.push(one);
    return false;
  });
  outcome.linked = [...linked];
  outcome.unlinked = [...unlinked];
  return usable;
}

function withFacts(item: SegmentItem, facts: LinkFacts): SegmentItem {
  const { mime, extension, width, height } = facts;
  const hasEnding = /\.[A-Za-z0-9]{2,5}$/.test(item.name);
  const ann = isRecord(item.ann) ? { ann: { ...item.ann, size: { height, width } } } : {};
  return { ...item, ...ann, mime, width, height, name: hasEnding ? item.name : item.name + extension };
}

function sampleOf(item: PublishItem, file: FileToSend | undefined): Sample {
  const { dataset, name, link, width, height, ann } = item;
  return {
    dataset,
    name,
    ...(file !== undefined && { file: file.path }),
    ...(file?.range !== undefined && { range: file.range }),
    ...(link !== undefined && { link }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ann,
  };
}

interface Sendable {
  publish: PublishItem;
  source: string | undefined;
  file: FileToSend | undefined;
  dropped: boolean;
}

async function send(
  ctx: StepContext,
  prepared: readonly Prepared[],
  target: PublishTarget,
  outcome: SegmentOutcome,
): Promise<Sendable[]> {
  const toSend = prepared.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const sent =
    target.publicationId === undefined
      ? undefined
      : await ctx.deps.transfer.sendFiles(toSend, { signal: ctx.signal, onBytes: target.onBytes });
  const hashed: (SourceFile & { sha256: string })[] = [];
  const items: Sendable[] = [];
  let next = 0;
  for (const { item, source, file } of prepared) {
    const { kind: _kind, file: _file, probe: _probe, range, ...rest } = item;
    const publish: PublishItem = rest;
    if (file !== undefined && sent !== undefined) {
      const result = sent[next++];
      if (result === undefined || result instanceof Error) {
        const error = toSlyError(result);
        outcome.lines.push(line('failed', source, error.code, error.detail, error.hint));
        continue;
      }
      publish.sha256 = result.sha256;
      publish.size = result.size;
      const known = source === undefined || range !== undefined ? undefined : target.sourceFiles.get(source);
      if (known !== undefined) hashed.push({ ...known, sha256: result.sha256 });
    } else if (file !== undefined) {
      publish.size = source === undefined ? 0 : (target.sourceFiles.get(source)?.size ?? 0);
    }
    items.push({ publish, source, file, dropped: false });
  }
  if (hashed.length > 0) ctx.deps.onHashed(ctx.record, hashed);
  return items;
}

function sourceOf(written: string): string | undefined {
  return written.startsWith('data/') ? written.slice('data/'.length) : undefined;
}

function line(
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
