/**
 * What became of every file. Each published segment leaves one small file of outcomes, written before
 * the segment counts as published; so a restart loses no reason and counts nothing twice.
 * The sum at the end: files = ok + skipped + failed, without remainder.
 */
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { readLines } from '../../lib/lines.ts';
import type { Counts, ReportLine } from '../../protocol/task.ts';
import type { SourceTree } from '../ports/sources.ts';
import { createSampler, type Sample } from './previews/samples.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

export interface SegmentOutcome {
  items: number;
  bytes: number;
  /** Files of the source that gave an item or were read as annotations. */
  ok: string[];
  lines: ReportLine[];
  /** Lists of links: those with a link that gave an item, and those with one that could not be used. */
  linked?: string[];
  unlinked?: string[];
  /** Keys of items that were lost before they were sent: what belongs to them is left out. */
  lostKeys?: string[];
  /** Dry run: what is in the items, and some of them. */
  tally?: Tally;
  samples?: Sample[];
}

export function emptyOutcome(): SegmentOutcome {
  return { items: 0, bytes: 0, ok: [], lines: [] };
}

export interface Outcomes {
  store(segment: number, outcome: SegmentOutcome): Promise<void>;
  /** Of all segments that are stored. */
  lostKeys(): Promise<string[]>;
  /** Adds everything up and writes the report: every line that is not plainly ok. */
  summarize(tree: SourceTree, options: SummaryOptions): Promise<Summary>;
}

export interface SummaryOptions {
  reportFile: string;
  /** Said of files no segment mentions. */
  unusedMessage: string;
}

export interface Summary {
  counts: Counts;
  /** The first problems, for the failure text of a task that could import nothing. */
  firstProblems: ReportLine[];
  /** Of a dry run, else empty. */
  tally: Tally;
  samples: Sample[];
}

/** A folder is read where it lies: what is packed inside it stays packed. */
const ARCHIVE = /\.(?:zip|tar|tgz|tar\.gz|tar\.zst)$/i;
const ARCHIVE_HINT = 'Archives inside a folder are not opened: unpack it there, or drop it by itself.';
const RANK = { ok: 3, failed: 2, skipped: 1, none: 0 } as const;

export function createOutcomes(folder: string): Outcomes {
  const fileOf = (segment: number): string => path.join(folder, `${String(segment).padStart(6, '0')}.ndjson`);

  async function* stored(): AsyncGenerator<SegmentOutcome> {
    const names = (await readdir(folder)).filter((name) => /^\d{6,}\.ndjson$/.test(name)).sort();
    for (const name of names) {
      const outcome = emptyOutcome();
      for await (const { text } of readLines(createReadStream(path.join(folder, name)))) {
        const row = JSON.parse(text) as {
          items?: number;
          bytes?: number;
          ok?: string;
          line?: ReportLine;
          linked?: string;
          unlinked?: string;
          lostKey?: string;
          tally?: Tally;
          sample?: Sample;
        };
        if (row.tally !== undefined) outcome.tally = row.tally;
        if (row.sample !== undefined) outcome.samples = [...(outcome.samples ?? []), row.sample];
        outcome.items += row.items ?? 0;
        outcome.bytes += row.bytes ?? 0;
        if (row.ok !== undefined) outcome.ok.push(row.ok);
        if (row.line !== undefined) outcome.lines.push(row.line);
        if (row.linked !== undefined) outcome.linked = [...(outcome.linked ?? []), row.linked];
        if (row.lostKey !== undefined) {
          outcome.lostKeys ??= [];
          outcome.lostKeys.push(row.lostKey);
        }
        if (row.unlinked !== undefined) outcome.unlinked = [...(outcome.unlinked ?? []), row.unlinked];
      }
      yield outcome;
    }
  }

  return {
    async store(segment, outcome) {
      const rows = [
        { items: outcome.items, bytes: outcome.bytes },
        ...outcome.ok.map((ok) => ({ ok })),
        ...outcome.lines.map((line) => ({ line })),
        ...(outcome.linked ?? []).map((linked) => ({ linked })),
        ...(outcome.unlinked ?? []).map((unlinked) => ({ unlinked })),
        ...(outcome.lostKeys ?? []).map((lostKey) => ({ lostKey })),
        ...(outcome.tally === undefined ? [] : [{ tally: outcome.tally }]),
        ...(outcome.samples ?? []).map((sample) => ({ sample })),
      ];
      await writeFileAtomic(fileOf(segment), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },

    async lostKeys() {
      const keys: string[] = [];
      for await (const outcome of stored()) keys.push(...(outcome.lostKeys ?? []));
      return keys;
    },

    async summarize(tree, options) {
      const rank = new Map<string, number>(tree.files.map((file) => [file.path, RANK.none]));
      const counts: Counts = { files: 0, ok: 0, skipped: 0, failed: 0, items: 0, warnings: 0, bytes: 0 };
      const firstProblems: ReportLine[] = [];
      const linked = new Set<string>();
      const unlinked = new Set<string>();
      const tally = emptyTally();
      const sampler = createSampler();
      const raise = (file: string | undefined, to: number): void => {
        const now = file === undefined ? undefined : rank.get(file);
        if (file !== undefined && now !== undefined && to > now) rank.set(file, to);
      };
      const handle = await open(options.reportFile, 'w');
      try {
        const write = async (line: ReportLine): Promise<void> => {
          if (firstProblems.length < 5 && (line.status === 'failed' || line.status === 'skipped'))
            firstProblems.push(line);
          await handle.write(`${JSON.stringify(line)}\n`);
        };
        for await (const outcome of stored()) {
          counts.items += outcome.items;
          counts.bytes += outcome.bytes;
          if (outcome.tally !== undefined) addTally(tally, outcome.tally);
          for (const sample of outcome.samples ?? []) sampler.add(sample);
          for (const file of outcome.ok) raise(file, RANK.ok);
          for (const file of outcome.linked ?? []) linked.add(file);
          for (const file of outcome.unlinked ?? []) unlinked.add(file);
          for (const line of outcome.lines) {
            if (line.status === 'failed') raise(line.file, RANK.failed);
            else if (line.status === 'skipped') raise(line.file, RANK.skipped);
            else if (line.status === 'warning') counts.warnings++;
            await write(line);
          }
        }
        // A list that was read well but of whose links none could be used gave nothing: it failed.
        for (const file of unlinked) if (rank.has(file) && !linked.has(file)) rank.set(file, RANK.failed);
        for (const line of tree.refused) {
          if (line.status === 'failed') counts.failed++;
          else counts.skipped++;
          await write(line);
        }
        for (const [file, status] of rank) {
          if (status === RANK.ok) counts.ok++;
          else if (status === RANK.failed) counts.failed++;
          else counts.skipped++;
          if (status === RANK.none) {
            const hint = ARCHIVE.test(file) ? { hint: ARCHIVE_HINT } : {};
            await write({
              status: 'skipped',
              file,
              code: 'SLY_FILE_UNUSED',
              message: options.unusedMessage,
              ...hint,
            });
          }
        }
        counts.files = tree.files.length + tree.refused.length;
      } finally {
        await handle.close();
      }
      return { counts, firstProblems, tally, samples: sampler.chosen() };
    },
  };
}
