/** What the columns of a table of boxes mean, by their names in whatever spelling. */

export type BoxForm = 'corners' | 'corner and size' | 'centre and size' | 'list';

export interface BoxColumns {
  form: BoxForm;
  /** The four numbers in the order of the form, or the one column with a list `[x, y, width, height]`. */
  at: number[];
}

export interface Columns {
  image: number;
  box: BoxColumns;
  class: number | undefined;
  confidence: number | undefined;
  split: number | undefined;
  /** Of the picture. */
  width: number | undefined;
  height: number | undefined;
  /** Every other column that has a name. */
  extra: { at: number; name: string }[];
}

const ALIASES = {
  image: [
    'filename',
    'imagefilename',
    'imagefile',
    'imagepath',
    'imagename',
    'image',
    'filepath',
    'file',
    'imgpath',
    'imgname',
    'img',
    'path',
    'picture',
    'photo',
    'imageid',
    'imgid',
  ],
  class: [
    'class',
    'classname',
    'label',
    'labelname',
    'category',
    'categoryname',
    'objectclass',
    'objectname',
    'object',
    'classid',
    'labelid',
    'categoryid',
    'target',
    'name',
  ],
  xmin: ['xmin', 'x1', 'left', 'xtl', 'bboxxmin', 'bboxx1', 'bboxleft', 'minx', 'x0', 'topleftx', 'xleft'],
  ymin: ['ymin', 'y1', 'top', 'ytl', 'bboxymin', 'bboxy1', 'bboxtop', 'miny', 'y0', 'toplefty', 'ytop'],
  xmax: ['xmax', 'x2', 'right', 'xbr', 'bboxxmax', 'bboxx2', 'bboxright', 'maxx', 'bottomrightx', 'xright'],
  ymax: [
    'ymax',
    'y2',
    'bottom',
    'ybr',
    'bboxymax',
    'bboxy2',
    'bboxbottom',
    'maxy',
    'bottomrighty',
    'ybottom',
  ],
  x: ['x', 'bboxx', 'boxx'],
  y: ['y', 'bboxy', 'boxy'],
  boxWidth: ['w', 'boxwidth', 'bboxwidth', 'bboxw', 'boxw'],
  boxHeight: ['h', 'boxheight', 'bboxheight', 'bboxh', 'boxh'],
  width: ['width'],
  height: ['height'],
  imageWidth: ['imagewidth', 'imgwidth', 'imagew', 'imgw'],
  imageHeight: ['imageheight', 'imgheight', 'imageh', 'imgh'],
  xcenter: ['xcenter', 'xcentre', 'centerx', 'centrex', 'cx', 'bboxxcenter', 'bboxcx'],
  ycenter: ['ycenter', 'ycentre', 'centery', 'centrey', 'cy', 'bboxycenter', 'bboxcy'],
  list: ['bbox', 'boundingbox', 'box'],
  confidence: ['confidence', 'score', 'conf', 'probability', 'prob'],
  split: ['split', 'subset', 'set', 'usage', 'partition'],
} as const satisfies Record<string, readonly string[]>;
type Role = keyof typeof ALIASES;

const BY_ALIAS = new Map<string, Role>(
  (Object.entries(ALIASES) as [Role, readonly string[]][]).flatMap(([role, names]) =>
    names.map((name) => [name, role] as const),
  ),
);

/** Without case and what stands between words. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** True when a column of this name would be taken for something else than a tag. */
export const isRole = (name: string): boolean => BY_ALIAS.has(plain(name));

/** Undefined for a first row that does not name a picture and a box. */
export function readHeader(cells: readonly string[]): Columns | undefined {
  const found = new Map<Role, { at: number; rank: number }>();
  for (const [at, cell] of cells.entries()) {
    const role = BY_ALIAS.get(plain(cell));
    if (role === undefined) continue;
    // Of several names for one thing the clearer one, and of two alike the first.
    const rank = (ALIASES[role] as readonly string[]).indexOf(plain(cell));
    const known = found.get(role);
    if (known === undefined || rank < known.rank) found.set(role, { at, rank });
  }
  const of = (...roles: Role[]): number | undefined =>
    roles.map((role) => found.get(role)?.at).find((at) => at !== undefined);
  const image = of('image');
  const box = boxColumns(of);
  if (image === undefined || box === undefined) return undefined;
  const isBoxSize = box.at.includes(of('width') ?? -1);
  const columns = {
    image,
    box,
    class: of('class'),
    confidence: of('confidence'),
    split: of('split'),
    width: of('imageWidth') ?? (isBoxSize ? undefined : of('width')),
    height: of('imageHeight') ?? (isBoxSize ? undefined : of('height')),
  };
  const { box: _box, ...single } = columns;
  const taken = new Set([...Object.values(single), ...box.at]);
  const extra = cells.flatMap((name, at) => (taken.has(at) || name === '' ? [] : [{ at, name }]));
  return { ...columns, extra };
}

/** `width` and `height` are those of the picture where there are two corners, else those of the box. */
function boxColumns(of: (...roles: Role[]) => number | undefined): BoxColumns | undefined {
  const ways: [BoxForm, (number | undefined)[]][] = [
    ['corners', [of('xmin'), of('ymin'), of('xmax'), of('ymax')]],
    ['centre and size', [of('xcenter'), of('ycenter'), of('boxWidth', 'width'), of('boxHeight', 'height')]],
    [
      'corner and size',
      [of('x', 'xmin'), of('y', 'ymin'), of('boxWidth', 'width'), of('boxHeight', 'height')],
    ],
    ['list', [of('list')]],
  ];
  for (const [form, at] of ways)
    if (at.every((column) => column !== undefined)) return { form, at: at as number[] };
  return undefined;
}

/** `path,x1,y1,x2,y2,class` without names, as keras-retinanet has it; all but the path may be empty. */
export function readNameless(cells: readonly string[]): Columns | undefined {
  const [file = '', ...rest] = cells;
  if (cells.length !== 6 || !/\.[A-Za-z0-9]{2,5}$/.test(file)) return undefined;
  const numbers = rest.slice(0, 4);
  const empty = rest.every((cell) => cell === '');
  if (!empty && !numbers.every((cell) => cell !== '' && Number.isFinite(Number(cell)))) return undefined;
  return {
    image: 0,
    box: { form: 'corners', at: [1, 2, 3, 4] },
    class: 5,
    confidence: undefined,
    split: undefined,
    width: undefined,
    height: undefined,
    extra: [],
  };
}
