/**
 * What the engine has to know of one data set of masks: where its pictures and masks lie, how their names match,
 * and what its numbers mean. Every data set in tables/ is one such object and no code.
 */

export interface DataSet {
  /** Value of the option `set`. */
  name: string;
  title: string;
  /** Tried in this order for each picture; the first that fits decides. */
  layouts: readonly Layout[];
  /** For layouts many data sets share: some picture, mask or list file must have it in its path to be taken for this one unasked. */
  marks?: RegExp;
  read: MaskReading;
  legend: Legend;
  /** Text file with the names of the numbers. */
  names?: NamesFile;
  /** Files that say which list a picture is in, and so which dataset. */
  lists?: PictureLists;
  /** One bitmap a class, or one for each connected part, where the option leaves it to the data set. */
  objects: 'class' | 'parts';
}

/**
 * Named groups of `picture` fill the `{...}` of the templates; `root` is the path before the layout begins, with its
 * slash, `file` the name of the picture, `folder` the last folder of `root`.
 */
export interface Layout {
  picture: RegExp;
  /** Where the mask may lie; the first that exists. */
  masks: readonly string[];
  /** A second mask: `legend.neutral` holds only where it is 0. */
  neutral?: string;
  dataset: string;
  /** Name of the item; default the name of the file. */
  name?: string;
}

export type MaskReading =
  /** A picture, or text with one row of numbers a line, told apart by the name. */
  | { kind: 'grid' }
  /** A matrix in a MATLAB file. */
  | { kind: 'mat'; variable: string }
  /** Objects and their parts, each with a mask and a name of its own, in a MATLAB file. */
  | { kind: 'mat-parts'; variable: string };

export interface Legend {
  /**
   * colours: `0xRRGGBB`. values: the numbers as stored, palette indices included. category-instance: red is the
   * class, green tells its objects apart.
   */
  numbers: 'colours' | 'values' | 'category-instance';
  classes: readonly LegendClass[];
  /** What is no object; a class only when asked for or when the data set itself has it as one. */
  background?: Background;
  /** Numbers that mean nothing. */
  skip?: readonly number[];
  /** Numbers that no class has. */
  rest:
    | { kind: 'unknown' }
    /** Each is an object of this class. */
    | { kind: 'objects'; title: string }
    /** Each is a class of this name with the number behind it. */
    | { kind: 'numbered'; title: string };
  /** The number that is a class only where the second mask is 0. */
  neutral?: number;
}

export interface LegendClass {
  title: string;
  /** Inclusive; one number in most legends. */
  from: number;
  to: number;
  /** `#RRGGBB`. */
  color?: string;
}

export interface Background extends LegendClass {
  /** What the option `background: auto` means here. */
  import: boolean;
}

export interface NamesFile {
  /** Base names, lower case. */
  files: readonly string[];
  /** How a line becomes a class. */
  lines: 'id-name' | 'id-name-minus-one' | 'object-info';
  /** A second file with numbers of classes in its first column and those of the names file in its second. */
  mapping?: readonly string[];
}

export interface PictureLists {
  /** Groups `list` and those its `dataset` needs. */
  file: RegExp;
  dataset: string;
}

export const one = (title: string, number: number, color?: string): LegendClass => ({
  title,
  from: number,
  to: number,
  ...(color === undefined ? {} : { color }),
});

/** `car 64,0,128; bus #003C64`: a legend of colours. */
export function colours(text: string): LegendClass[] {
  return text.split(';').map((part) => {
    const [, title = '', hex, r, g, b] =
      /^\s*(.+?)\s+(?:#([0-9A-F]{6})|(\d+),(\d+),(\d+))\s*$/.exec(part) ?? [];
    const number =
      hex === undefined ? Number(r) * 0x10000 + Number(g) * 0x100 + Number(b) : Number.parseInt(hex, 16);
    return one(title, number, hexColour(number));
  });
}

export const hexColour = (number: number): string => `#${number.toString(16).padStart(6, '0').toUpperCase()}`;

/** Everything before a layout. */
export const ROOT = '^(?<root>(?:.*/)?)';
export const PICTURE = '\\.(?:jpe?g|png|bmp|tiff?)$';

export const layoutPath = (middle: string): RegExp => new RegExp(`${ROOT}${middle}${PICTURE}`, 'i');
