/** What a run used over time -> lines to draw, with the words that say the same. Pure. */
import type { RunRecord } from '../../../src/protocol/run-record.ts';
import { bytes } from '../words.ts';

export interface UsageLine {
  name: string;
  /** Of the largest value: 0..1 to the right and upwards. */
  points: { x: number; y: number }[];
}

export interface UsagePlot {
  title: string;
  lines: UsageLine[];
  /** Where the limit is, 0..1 upwards; absent where there is none or it is far above. */
  limit?: number;
  /** Value at the top. */
  top: string;
  /** One sentence with the numbers that matter. */
  words: string;
}

type Series = { at: number; value: number }[];

/** A limit that is more than so many times above what was used would press the line to the ground. */
const FAR = 5;

/** Plots of what is known; none before the second point. */
export function usagePlots({ usage, used, limits }: RunRecord): UsagePlot[] {
  if (usage.at.length < 2) return [];
  const memory = pairs(usage.at, usage.memoryBytes);
  const cpu = rates(usage.at, usage.cpuMs);
  const plots = [
    plotOf('Processors', [{ name: 'in use', series: cpu }], {
      limit: limits.cpus,
      show: cpus,
      words: `${cpus(used.peakCpus ?? highest(cpu))} in use at most${ofLimit(limits.cpus, cpus)}; ${seconds(used.cpuMs)} of processor time`,
    }),
    plotOf('Memory', [{ name: 'in use', series: memory }], {
      limit: limits.memoryBytes,
      show: bytes,
      words: `${bytes(used.peakMemoryBytes ?? highest(memory))} at most${ofLimit(limits.memoryBytes, bytes)}`,
    }),
    flowPlot('Disk', usage.at, [
      ['read', usage.readBytes],
      ['written', usage.writtenBytes],
    ]),
    flowPlot('Network', usage.at, [
      ['received', usage.receivedBytes],
      ['sent', usage.sentBytes],
    ]),
  ];
  return plots.filter((plot) => plot !== undefined);
}

/** Counters as bytes a second. */
function flowPlot(
  title: string,
  at: readonly number[],
  counters: [name: string, values: readonly number[] | undefined][],
): UsagePlot | undefined {
  const known = counters.flatMap(([name, values]) => (values === undefined ? [] : [{ name, values }]));
  const lines = known.map(({ name, values }) => ({
    name,
    series: rates(at, values).map((one) => ({ ...one, value: one.value * 1000 })),
  }));
  const words = known.map(({ name, values }) => `${bytes(values.at(-1) ?? 0)} ${name}`).join(', ');
  return plotOf(title, lines, { limit: undefined, show: (value) => `${bytes(value)}/s`, words });
}

function plotOf(
  title: string,
  lines: { name: string; series: Series }[],
  is: { limit: number | undefined; show(value: number): string; words: string },
): UsagePlot | undefined {
  const drawn = lines.filter(({ series }) => series.length > 0);
  if (drawn.length === 0) return undefined;
  const most = Math.max(...drawn.map(({ series }) => highest(series)));
  const near = is.limit !== undefined && is.limit <= most * FAR;
  const top = Math.max(most * 1.1, near && is.limit !== undefined ? is.limit * 1.05 : 0) || 1;
  const end = Math.max(1, ...drawn.map(({ series }) => series.at(-1)?.at ?? 0));
  return {
    title,
    lines: drawn.map(({ name, series }) => ({
      name,
      points: series.map(({ at, value }) => ({ x: at / end, y: value / top })),
    })),
    ...(near && is.limit !== undefined && { limit: is.limit / top }),
    top: is.show(top),
    words: is.words,
  };
}

function pairs(at: readonly number[], values: readonly number[] | undefined): Series {
  return (values ?? []).flatMap((value, index) => {
    const time = at[index];
    return time === undefined ? [] : [{ at: time, value }];
  });
}

/** Growth by the millisecond between two points. */
function rates(at: readonly number[], values: readonly number[] | undefined): Series {
  const points = pairs(at, values);
  return points.slice(1).flatMap(({ at: time, value }, index) => {
    const before = points[index];
    const ms = time - (before?.at ?? 0);
    return ms <= 0 ? [] : [{ at: time, value: Math.max(0, value - (before?.value ?? 0)) / ms }];
  });
}

const highest = (series: Series): number => series.reduce((most, { value }) => Math.max(most, value), 0);
const cpus = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const seconds = (ms = 0): string => `${(ms / 1000).toFixed(1)} s`;
const ofLimit = (limit: number | undefined, show: (value: number) => string): string =>
  limit === undefined ? '' : ` of ${show(limit)} allowed`;

const DIGEST_WORDS = {
  registry: 'as its registry names it',
  image: 'id of an image built on that machine',
  files: 'of the program files of the installation: there is no image',
} as const;

export function digestWords(digestOf: keyof typeof DIGEST_WORDS | null | undefined): string {
  return digestOf == null ? '' : DIGEST_WORDS[digestOf];
}
