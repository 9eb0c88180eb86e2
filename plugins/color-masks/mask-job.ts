/** One mask file and what its labels are. Runs in a worker, see mask-worker.ts. */
import { fitNumbers, type NumberGrid } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { type Choices, createClassifier, NOTHING } from './classify.ts';
import type { Legend, MaskReading } from './data-set.ts';
import { labelNumbers, type MaskLabel, type UnknownNumber } from './mask-labels.ts';
import { readMat } from './mat/read-mat.ts';
import { labelObjects } from './object-parts.ts';
import { readGrid, readSmall } from './read-grid.ts';

export interface MaskJob {
  /** Absolute paths. */
  file: string;
  neutral?: string;
  read: MaskReading;
  legend: Legend;
  /** Of the picture, in pixels. */
  size: { width: number; height: number };
  objects: 'class' | 'parts';
  choices: Choices;
}

export interface MaskResult {
  labels: MaskLabel[];
  unknown: UnknownNumber[];
  /** Classes that fell into too many parts. */
  noisy: string[];
  faults: { place: string; message: string }[];
  /** The size of the mask where it is not that of the picture. */
  scaled?: { width: number; height: number };
  /** It is as wide as the picture is high: nothing was made of it. */
  turned?: boolean;
}

/** Throws SLY_FORMAT_INVALID or SLY_IMAGE_UNREADABLE when the file cannot be read. */
export async function labelMaskFile(job: MaskJob): Promise<MaskResult> {
  const { read, size } = job;
  if (read.kind === 'mat-parts') {
    const wanted = new Set([read.variable]);
    const variable = readMat(readSmall(job.file), { wanted }).get(read.variable);
    return { unknown: [], noisy: [], ...labelObjects(variable, read.variable, size, job.objects) };
  }
  const grid = await readGrid(job.file, read, job.legend.numbers);
  const scaled =
    grid.width === size.width && grid.height === size.height
      ? {}
      : { scaled: { width: grid.width, height: grid.height } };
  if (grid.width === size.height && grid.height === size.width && size.width !== size.height)
    return { labels: [], unknown: [], noisy: [], faults: [], ...scaled, turned: true };
  const whole = job.neutral === undefined ? grid : await withoutCovered(grid, job.neutral, job.legend);
  const { labels, unknown, noisy } = labelNumbers(
    fitNumbers(whole, size),
    createClassifier(job.legend, job.choices),
    job.objects,
  );
  return { labels, unknown, noisy, faults: [], ...scaled };
}

/** The neutral number is one only where the second mask is 0. */
async function withoutCovered(grid: NumberGrid, file: string, legend: Legend): Promise<NumberGrid> {
  const second = fitNumbers(await readGrid(file, { kind: 'grid' }, 'values'), grid).numbers;
  const numbers = Uint32Array.from(grid.numbers);
  for (let i = 0; i < numbers.length; i++)
    if (numbers[i] === legend.neutral && second[i] !== 0) numbers[i] = NOTHING;
  return { ...grid, numbers };
}
