/** The header of an NRRD file (teem.sourceforge.net/nrrd/format.html). */
export interface NrrdHeader {
  /** By their names in small letters. */
  fields: ReadonlyMap<string, string>;
  /** Which axis is of channels; -1 when none is. */
  channelAxis: number;
  /** Characters before the data. */
  length: number;
  meta: VolumeMeta;
}

/** RAS, millimetres. */
export interface VolumeMeta {
  ACS: 'RAS';
  channelsCount: number;
  rescaleSlope: number;
  rescaleIntercept: number;
  dimensionsIJK: { x: number; y: number; z: number };
  /** Row-major 4 x 4: voxel to world. */
  IJK2WorldMatrix: number[];
}

/** Signs that turn x, y, z of a space into RAS. */
const SPACES: Readonly<Record<string, readonly [number, number, number]>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
  'left-posterior-superior': [-1, -1, 1],
  lps: [-1, -1, 1],
};

/** Undefined when it is no NRRD with at least three axes. A fourth axis, the first or the last, is of channels. */
export function readNrrdHeader(text: string): NrrdHeader | undefined {
  const end = /\r?\n\r?\n/.exec(text);
  if (!/^NRRD000\d/.test(text) || end === null) return undefined;
  const fields = new Map<string, string>();
  for (const line of text.slice(0, end.index).split(/\r?\n/)) {
    const match = /^([^#:=]+):(?!=)\s*(.*)$/.exec(line);
    if (match !== null) fields.set((match[1] ?? '').trim().toLowerCase(), (match[2] ?? '').trim());
  }
  const sizes = (fields.get('sizes') ?? '').split(/\s+/).map(Number);
  if (sizes.some((one) => !Number.isSafeInteger(one) || one < 1) || sizes.length < 3 || sizes.length > 4)
    return undefined;
  const vectors = (fields.get('space directions') ?? '').match(/none|\([^)]*\)/gi) ?? [];
  const directions = vectors.map(vector);
  const channelAxis = sizes.length === 3 ? -1 : Math.max(0, directions.indexOf(undefined));
  const [x = 0, y = 0, z = 0] = sizes.filter((_, at) => at !== channelAxis);
  const columns = directions.filter((one) => one !== undefined);
  const spacings = (fields.get('spacings') ?? '').split(/\s+/).map(Number);
  const [i, j, k] = [0, 1, 2].map((at) => columns[at] ?? axis(at, spacings[at]));
  const origin = vector(fields.get('space origin') ?? '') ?? [0, 0, 0];
  const signs = SPACES[(fields.get('space') ?? 'ras').toLowerCase()] ?? [1, 1, 1];
  const rows = [0, 1, 2].flatMap((row) =>
    [i, j, k, origin].map((column) => (column?.[row] ?? 0) * (signs[row] ?? 1) || 0),
  );
  const meta: VolumeMeta = {
    ACS: 'RAS',
    channelsCount: channelAxis === -1 ? 1 : (sizes[channelAxis] ?? 1),
    rescaleSlope: 1,
    rescaleIntercept: 0,
    dimensionsIJK: { x, y, z },
    IJK2WorldMatrix: [...rows, 0, 0, 0, 1],
  };
  return { fields, channelAxis, length: end.index + end[0].length, meta };
}

function axis(at: number, spacing: number | undefined): number[] {
  const step = spacing !== undefined && Number.isFinite(spacing) && spacing > 0 ? spacing : 1;
  return [0, 1, 2].map((one) => (one === at ? step : 0));
}

function vector(text: string): number[] | undefined {
  const numbers = text.replace(/[()]/g, '').split(',').map(Number);
  return numbers.length === 3 && numbers.every(Number.isFinite) ? numbers : undefined;
}
