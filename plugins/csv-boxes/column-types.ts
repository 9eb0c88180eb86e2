/** What extra columns hold, from all their cells: numbers, texts, or only whether something is so. */

export type ColumnType = 'number' | 'text' | 'flag';

export interface ColumnTypes {
  see(name: string, cell: string): void;
  /** Undefined for a column without a single value. */
  of(name: string): ColumnType | undefined;
}

/** Columns of these names say yes or no with 1 and 0. */
const FLAGS =
  /^(?:difficult|truncated|occluded|is_?crowd|crowd|group_?of|depiction|inside|is(?:occluded|truncated|groupof|depiction|inside))$/i;
const YES = /^(?:1|1\.0|true|yes|y)$/i;
const NO = /^(?:0|0\.0|-1|false|no|n)$/i;

export const isFlagName = (name: string): boolean => FLAGS.test(name);

/** Of a column that holds flags: a cell that repeats the column's name says yes as well. */
export const isYes = (name: string, cell: string): boolean => cell === name || YES.test(cell);

export function createColumnTypes(): ColumnTypes {
  const seen = new Map<string, { numbers: boolean; own: boolean; yesNo: boolean }>();
  return {
    see(name, cell) {
      if (cell === '') return;
      let type = seen.get(name);
      if (type === undefined) {
        type = { numbers: true, own: true, yesNo: true };
        seen.set(name, type);
      }
      if (type.own && cell !== name) type.own = false;
      if (type.yesNo && !YES.test(cell) && !NO.test(cell)) type.yesNo = false;
      if (type.numbers && !isNumber(cell)) type.numbers = false;
    },
    of(name) {
      const type = seen.get(name);
      if (type === undefined) return undefined;
      if (type.own || (type.yesNo && FLAGS.test(name))) return 'flag';
      return type.numbers ? 'number' : 'text';
    },
  };
}

/** 007 is a name, and so is a number that is not kept exactly. */
export function isNumber(cell: string): boolean {
  return (
    /^[+-]?(?:0|[1-9]\d{0,14}|(?=\.))(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(cell) &&
    Number.isFinite(Number(cell))
  );
}
