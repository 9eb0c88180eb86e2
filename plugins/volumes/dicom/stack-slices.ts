/** Slices of one volume in their order: by where they are, else by their numbers, with what is missing or there twice. */
import type { Slice } from './read-image.ts';
import { cross, dot, length, minus, type Triple, times } from './vectors.ts';

export interface Stack {
  /** Undefined: there is none at this place. */
  slices: (Slice | undefined)[];
  /** Row-major 4 x 4, index to RAS. */
  toWorld: number[];
  /** Left out: another is at the same place. */
  doubles: Slice[];
  warnings: string[];
}

/** Millimetres; nearer ones are at one place. */
const SAME_PLACE = 1e-3;
/** Of the distance between slices: what is as far from its place is told. */
const OFF_PLACE = 0.1;
const EXAMPLES = 3;

/** More than one where each place has as many slices: times or echoes, each a volume. `slices` has at least one. */
export function stackSlices(slices: readonly Slice[]): Stack[] {
  const { copies, single } = apart(slices);
  const places = inOrder(single);
  const most = places[0]?.length ?? 0;
  const stacks =
    places.length > 1 && most > 1 && places.every((one) => one.length === most)
      ? Array.from({ length: most }, (_, layer) => places.map((one) => [one[layer] as Slice]))
      : [places];
  const made = stacks.map(stackPlaces);
  made[0]?.doubles.push(...copies);
  if (made.length > 1)
    made[0]?.warnings.push(
      `expected one slice at each place, got ${made.length}; they become ${made.length} volumes`,
    );
  return made;
}

/** Copies of one file have one UID. */
function apart(slices: readonly Slice[]): { single: Slice[]; copies: Slice[] } {
  const seen = new Set<string>();
  const [single, copies]: [Slice[], Slice[]] = [[], []];
  for (const slice of slices) {
    const key = `${slice.image.instance || slice.image.file}\n${slice.frame}`;
    (seen.has(key) ? copies : single).push(slice);
    seen.add(key);
  }
  return { single, copies };
}

/** Of each place its slices. */
function inOrder(slices: readonly Slice[]): Slice[][] {
  const byNumber = (a: Slice, b: Slice): number =>
    a.image.instanceNumber - b.image.instanceNumber ||
    (a.image.file < b.image.file ? -1 : a.image.file > b.image.file ? 1 : a.frame - b.frame);
  const normal = normalOf(slices[0]);
  if (normal === undefined) return [...slices].sort(byNumber).map((one) => [one]);
  const far = (slice: Slice): number => dot(slice.position as Triple, normal);
  const sorted = [...slices].sort((a, b) => far(a) - far(b));
  const places: Slice[][] = [];
  let last = -Infinity;
  for (const slice of sorted) {
    if (far(slice) - last > SAME_PLACE) {
      places.push([slice]);
      last = far(slice);
    } else places.at(-1)?.push(slice);
  }
  for (const one of places) one.sort(byNumber);
  return places;
}

function normalOf(slice: Slice | undefined): Triple | undefined {
  if (slice?.position === undefined || slice.along === undefined || slice.down === undefined)
    return undefined;
  return cross(slice.along, slice.down);
}

function stackPlaces(places: readonly (readonly Slice[])[]): Stack {
  const slices = places.map((one) => one[0] as Slice);
  const doubles = places.flatMap((one) => one.slice(1));
  const first = slices[0] as Slice;
  const warnings: string[] = [];
  if (doubles.length > 0)
    warnings.push(
      `expected one slice at each place, got ${doubles.length} more; the first by number is taken (${filesOf(doubles)})`,
    );
  const normal = normalOf(first);
  if (first.spacing === undefined)
    warnings.push('expected a distance between pixels, got none; 1 mm is taken');
  if (normal === undefined) {
    warnings.push('expected where slices are in space, got nothing; their order is by their numbers');
    const step: Triple = [0, 0, first.between ?? 1];
    return { slices, doubles, warnings, toWorld: matrix(first, step) };
  }
  if (slices.length === 1) {
    const step = times(normal, first.between ?? 1);
    return { slices, doubles, warnings, toWorld: matrix(first, step) };
  }
  return { doubles, ...spread(slices, normal, warnings) };
}

/** Slices at their places, with room for those that are missing. */
function spread(
  slices: readonly Slice[],
  normal: Triple,
  warnings: string[],
): Pick<Stack, 'slices' | 'toWorld' | 'warnings'> {
  const first = slices[0] as Slice;
  const origin = first.position as Triple;
  const fromFirst = slices.map(({ position }) => minus(position as Triple, origin));
  const gaps = fromFirst.slice(1).map((one, at) => dot(minus(one, fromFirst[at] as Triple), normal));
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] as number;
  const counts = gaps.map((gap) => Math.round(gap / usual));
  const total = counts.reduce((sum, one) => sum + one, 0);
  const isRegular =
    gaps.every((gap, at) => Math.abs(gap / usual - (counts[at] as number)) <= OFF_PLACE) &&
    counts.every((one) => one >= 1) &&
    total < 2 * slices.length;
  const last = isRegular ? total : slices.length - 1;
  const step = times(fromFirst.at(-1) as Triple, 1 / last);
  const placed: (Slice | undefined)[] = Array.from({ length: last + 1 });
  const missing: string[] = [];
  let [index, worst] = [0, 0];
  for (const [at, slice] of slices.entries()) {
    const count = at === 0 ? 0 : (counts[at - 1] as number);
    if (isRegular && count > 1)
      missing.push(`${count - 1} between ${slices[at - 1]?.image.file} and ${slice.image.file}`);
    index = isRegular ? index + count : at;
    placed[index] = slice;
    worst = Math.max(worst, length(minus(fromFirst[at] as Triple, times(step, index))));
  }
  if (missing.length > 0)
    warnings.push(
      `expected a slice each ${round(length(step))} mm, got ${last + 1 - slices.length} missing: ${listed(missing)}; their voxels have the lowest value`,
    );
  if (worst > OFF_PLACE * length(step))
    warnings.push(
      `expected slices at one distance on a line, got some up to ${round(worst)} mm beside it; each ${round(length(step))} mm is taken`,
    );
  return { slices: placed, toWorld: matrix(first, step), warnings };
}

/** DICOM's world is left, posterior, superior. */
function matrix({ position, along, down, spacing }: Slice, step: Triple): number[] {
  const [rows, columns] = spacing ?? [1, 1];
  const origin: Triple = position ?? [0, 0, 0];
  const vectors = [times(along ?? [1, 0, 0], columns), times(down ?? [0, 1, 0], rows), step, origin];
  const top = [-1, -1, 1].flatMap((sign, row) => vectors.map((one) => sign * (one[row] as number) || 0));
  return [...top, 0, 0, 0, 1];
}

const round = (value: number): number => Number(value.toPrecision(4));
const filesOf = (slices: readonly Slice[]): string => listed(slices.map(({ image }) => image.file));

function listed(texts: readonly string[]): string {
  const rest = texts.length - EXAMPLES;
  return [...texts.slice(0, EXAMPLES), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
