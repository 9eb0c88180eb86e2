/**
 * One segment of an import: bytes to storage, lines to the platform in their order, outcomes to disk. Idempotent by
 * its number.
 */
import { toSlyError } from '../../lib/errors.ts';
import type { ProjectType } from '../../protocol/project-type.ts';
import type { PublishItem } from '../../protocol/publish.ts';
import type { SourceFile } from '../ports/sources.ts';
import type { KnownItems } from './known-items.ts';
import { lookAtLinks } from './look-at-links.ts';
import { emptyOutcome, type SegmentOutcome } from './outcomes.ts';
import type { PluginFiles } from './plugin-files.ts';
import { type LinePart, type PreparedLine, prepareLines, reportLine } from './prepare-lines.ts';
import { createSampler, drawable, type Sample } from './previews/samples.ts';
import type { Segment } from './segments.ts';
import type { StepContext } from './step-context.ts';
import { emptyTally, tallyLine } from './tally.ts';

export interface PublishTarget {
  /** Undefined in a dry run: everything is checked and counted, nothing is sent. */
  publicationId: number | undefined;
  projectType: ProjectType;
  files: PluginFiles;
  sourceFiles: ReadonlyMap<string, SourceFile>;
  known: KnownItems;
  onBytes(bytes: number): void;
}

export async function publishSegment(
  ctx: StepContext,
  segment: Segment,
  target: PublishTarget,
): Promise<SegmentOutcome> {
  const outcome = emptyOutcome();
  if (target.publicationId === undefined) outcome.tally = emptyTally();
  outcome.lines.push(...segment.broken);
  const prepared = prepareLines(segment.lines, { ...target, outcome });
  const looked = await lookAtLinks(ctx, prepared, { ...target, outcome });
  const lines = await send(ctx, looked, target, outcome);
  const dropped = await publish(ctx, segment.number, { lines, target, outcome });
  const sampler = createSampler();
  for (const line of lines) {
    if (dropped.has(line)) continue;
    for (const { source } of line.parts) if (source !== undefined) outcome.ok.push(source);
    if (line.item !== undefined) outcome.items++;
    if (outcome.tally === undefined) continue;
    tallyLine(outcome.tally, line.publish);
    if (line.item !== undefined) sampler.add(sampleOf(line, target.projectType));
  }
  if (outcome.tally !== undefined) {
    const chosen = sampler.chosen();
    outcome.samples = chosen.map(({ ann, ...sample }) =>
      sample.kind === undefined ? { ...sample, ann: drawable(ann) } : sample,
    );
  }
  await ctx.outcomes.store(segment.number, outcome);
  return outcome;
}

/** Gives the lines the platform did not store. */
async function publish(
  ctx: StepContext,
  number: number,
  {
    lines,
    target,
    outcome,
  }: { lines: readonly PreparedLine[]; target: PublishTarget; outcome: SegmentOutcome },
): Promise<ReadonlySet<PreparedLine>> {
  const dropped = new Set<PreparedLine>();
  const { publicationId, known } = target;
  if (publicationId === undefined || lines.length === 0) return dropped;
  const sent = lines.map((line) => line.publish);
  const reply = await ctx.deps.client.putSegment(publicationId, number, sent, ctx.signal);
  for (const note of reply.notes) {
    const line = lines[note.line];
    if (line === undefined) continue;
    if (line.item === undefined) {
      // Something of a line was lost, but no file and no item.
      const of = 'of' in line.publish ? known.find(line.publish.of) : undefined;
      const place = line.place === undefined ? {} : { place: line.place };
      const lost = reportLine('warning', of?.source, 'SLY_PUBLISH_CONFLICT', note.message);
      outcome.lines.push({ ...lost, ...place });
      continue;
    }
    const status = note.outcome === 'renamed' ? 'warning' : note.outcome;
    const sources = note.outcome === 'renamed' ? [line.parts[0]?.source] : sourcesOf(line);
    for (const source of sources)
      outcome.lines.push(reportLine(status, source, 'SLY_PUBLISH_CONFLICT', note.message));
    if (note.outcome !== 'renamed') dropped.add(line);
  }
  return dropped;
}

/** At least one, so that each problem is told. */
function sourcesOf({ parts }: PreparedLine): (string | undefined)[] {
  const sources = new Set(parts.flatMap(({ source }) => source ?? []));
  return sources.size === 0 ? [undefined] : [...sources];
}

/** Brings every file to storage; gives the lines that can be published. */
async function send(
  ctx: StepContext,
  prepared: readonly PreparedLine[],
  target: PublishTarget,
  outcome: SegmentOutcome,
): Promise<PreparedLine[]> {
  const parts = prepared.flatMap((line) => line.parts.map((part) => ({ line, part })));
  const isDry = target.publicationId === undefined;
  const sent = isDry
    ? []
    : await ctx.deps.transfer.sendFiles(
        parts.map(({ part }) => part.file),
        { signal: ctx.signal, onBytes: target.onBytes },
      );
  const hashed: (SourceFile & { sha256: string })[] = [];
  const lost = new Set<PreparedLine>();

  function lose(line: PreparedLine, part: LinePart, thrown: unknown): void {
    const { code, detail, hint } = toSlyError(thrown);
    const place = part.place === undefined ? {} : { place: part.place };
    outcome.lines.push({ ...reportLine('failed', part.source, code, detail, hint), ...place });
    line.parts = line.parts.filter((one) => one !== part);
    if (part.leaveOut !== undefined) part.leaveOut();
    else {
      lost.add(line);
      target.known.lose(line.item?.key, outcome);
    }
  }

  for (const [at, { line, part }] of parts.entries()) {
    const { source, file } = part;
    const known = source === undefined ? undefined : target.sourceFiles.get(source);
    if (isDry) {
      if (part.leaveOut === undefined) (line.publish as PublishItem).size = known?.size ?? 0;
      outcome.bytes += known?.size ?? 0;
      continue;
    }
    const result = sent[at];
    if (result === undefined || result instanceof Error) {
      lose(line, part, result);
      continue;
    }
    part.keep(result);
    outcome.bytes += result.size;
    if (known !== undefined && file.range === undefined) hashed.push({ ...known, sha256: result.sha256 });
  }
  if (hashed.length > 0) ctx.deps.onHashed(ctx.record, hashed);
  return prepared.filter(
    (line) => !lost.has(line) && !('of' in line.publish && target.known.isLost(line.publish.of)),
  );
}

function sampleOf({ publish, parts }: PreparedLine, type: ProjectType): Sample {
  const { dataset, name, link, width, height, ann } = publish as PublishItem;
  const [own] = parts;
  const isOwn = own !== undefined && own.leaveOut === undefined;
  const seen = type === 'images' && isOwn ? own.file : undefined;
  return {
    dataset,
    name,
    ...(type !== 'images' && { kind: type }),
    ...(seen !== undefined && { file: seen.path }),
    ...(seen?.range !== undefined && { range: seen.range }),
    ...(link !== undefined && { link }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ann,
  };
}
