/**
 * What a run uses over time, in bounded memory: where there would be more than MOST_USAGE_POINTS, every second point
 * goes and from then on half as many are taken. Counters keep their value at the points that stay, memory keeps the
 * highest of those that went, so neither rates nor peaks are lost. Pure.
 */
import { MOST_USAGE_POINTS, type Usage, type Used } from '../../protocol/run-record.ts';
import type { UsagePoint } from '../ports/runner.ts';

export interface UsageSeries {
  /** `at` in ms since the start of the run, never less than before. */
  add(at: number, point: UsagePoint): void;
  /** The kernel's own number, which no sample may have seen. */
  addPeakMemory(bytes: number): void;
  /** Ms until the next point is wanted. */
  everyMs(): number;
  usage(): Usage;
  used(): Used;
}

const FIRST_EVERY_MS = 1000;
/** Between two points closer than this a rate is mostly the clock's error. */
const RATE_MS = 400;
const COUNTERS = ['cpuMs', 'readBytes', 'writtenBytes', 'receivedBytes', 'sentBytes'] as const;
const SERIES = ['memoryBytes', ...COUNTERS] as const;

type Point = UsagePoint & { at: number };

/** With `known`: goes on where an earlier process of this agent stopped. */
export function createUsageSeries(known?: { usage: Usage; used: Used }): UsageSeries {
  let points = known === undefined ? [] : pointsOf(known.usage);
  const used: Used = { ...known?.used };
  let every = spacingOf(points);
  let before = points.at(-1);

  function note(point: Point): void {
    if (point.memoryBytes !== undefined)
      used.peakMemoryBytes = Math.max(used.peakMemoryBytes ?? 0, point.memoryBytes);
    for (const name of COUNTERS) {
      const value = point[name];
      if (value !== undefined) used[name] = Math.max(used[name] ?? 0, value);
    }
    const ms = point.at - (before?.at ?? 0);
    const cpuMs = (point.cpuMs ?? 0) - (before?.cpuMs ?? 0);
    if (point.cpuMs !== undefined && ms >= RATE_MS)
      used.peakCpus = Math.max(used.peakCpus ?? 0, Math.round((100 * cpuMs) / ms) / 100);
    if (ms >= RATE_MS || before === undefined) before = point;
  }

  return {
    add(at, point) {
      const added = { at: Math.max(0, Math.round(at)), ...point };
      note(added);
      points.push(added);
      if (points.length <= MOST_USAGE_POINTS) return;
      points = halved(points);
      every *= 2;
    },
    addPeakMemory(bytes) {
      used.peakMemoryBytes = Math.max(used.peakMemoryBytes ?? 0, bytes);
    },
    everyMs: () => every,
    usage: () => usageOf(points),
    used: () => ({ ...used }),
  };
}

/** Of each pair the later one, with the higher memory; the last point always stays. */
function halved(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (let at = 0; at < points.length; at += 2) {
    const first = points[at] as Point;
    const second = points[at + 1] ?? first;
    const memory = [first.memoryBytes, second.memoryBytes].filter((one) => one !== undefined);
    kept.push({ ...second, ...(memory.length > 0 && { memoryBytes: Math.max(...memory) }) });
  }
  return kept;
}

/** A series that not every point has would not be one: it is left out. */
function usageOf(points: readonly Point[]): Usage {
  const usage: Usage = { at: points.map((point) => point.at) };
  for (const name of SERIES) {
    const values = points.flatMap((point) => point[name] ?? []);
    if (values.length > 0 && values.length === points.length) usage[name] = values;
  }
  return usage;
}

function pointsOf(usage: Usage): Point[] {
  return usage.at.map((at, index) => {
    const point: Point = { at };
    for (const name of SERIES) {
      const value = usage[name]?.[index];
      if (value !== undefined) point[name] = value;
    }
    return point;
  });
}

/** The spacing that led to these points. */
function spacingOf(points: readonly Point[]): number {
  const span = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  let every = FIRST_EVERY_MS;
  while (points.length > 1 && every < span / (points.length - 1) / 1.5) every *= 2;
  return every;
}
