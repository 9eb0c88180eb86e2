/**
 * What the classes of a project are called in VOC, and in which colour and index their masks are painted. The classes
 * an import makes of one name (`car`, `car_bbox`) go back into it. No two have one colour, none is black.
 */
import { createColorPicker, readColor } from '../../src/format/colors.ts';
import type { ClassMeta, ProjectMeta } from '../../src/format/model.ts';
import { fromHex, NEUTRAL, NEUTRAL_COLOUR, NEUTRAL_INDEX, toHex } from './colour-table.ts';

export interface PlannedClass {
  name: string;
  /** 0xRRGGBB. */
  colour: number;
  /** From 1, in the order of the names; 255 is neutral. Masks in a palette need all to be below 255. */
  index: number;
}

export interface ClassPlan {
  /** By title; undefined for a class the project does not have. */
  of(title: string): PlannedClass | undefined;
  byName(name: string): PlannedClass | undefined;
  /** One index a class does not fit 8 bits: masks are written in RGB. */
  wide: boolean;
  /** Colour of each index, 256 of them. */
  palette: number[];
  /** Names whose colour had to be another than the project says. */
  recoloured: string[];
}

const SUFFIXES: Readonly<Record<string, RegExp>> = {
  rectangle: /_bbox$/,
  polygon: /_polygon$/,
  point: /_point$/,
};
const MAX_INDEX = 254;

export function planClasses({ classes }: ProjectMeta): ClassPlan {
  const byTitle = new Map(classes.map((one) => [one.title, one]));
  const names = new Map(classes.map((one) => [one.title, nameOf(one, byTitle)]));
  const planned = new Map<string, PlannedClass>();
  const recoloured: string[] = [];
  const picker = createColorPicker(['#000000', toHex(NEUTRAL_COLOUR), ...classes.map(({ color }) => color)]);
  const taken = new Set([0, NEUTRAL_COLOUR]);
  const ofNames = new Set(names.values());
  const indices = new Map(
    [...ofNames]
      .filter((name) => name !== NEUTRAL)
      .sort()
      .map((name, i) => [name, i + 1]),
  );
  // The first of the project keeps a colour that several have.
  for (const name of ofNames) {
    const index = indices.get(name);
    if (index === undefined) {
      planned.set(name, { name, colour: NEUTRAL_COLOUR, index: NEUTRAL_INDEX });
      continue;
    }
    // The class of the masks says the colour, where there are several.
    const said = readColor(
      (byTitle.get(name) ?? classes.find((one) => names.get(one.title) === name))?.color,
    );
    let colour = said === undefined ? 0 : fromHex(said);
    if (taken.has(colour)) {
      recoloured.push(name);
      do colour = fromHex(picker.take());
      while (taken.has(colour));
    }
    taken.add(colour);
    planned.set(name, { name, colour, index });
  }
  const palette = new Array<number>(256).fill(0);
  palette[NEUTRAL_INDEX] = NEUTRAL_COLOUR;
  const wide = indices.size > MAX_INDEX;
  if (!wide) for (const one of planned.values()) palette[one.index] = one.colour;
  return {
    of: (title) => planned.get(names.get(title) ?? ''),
    byName: (name) => planned.get(name),
    wide,
    palette,
    recoloured,
  };
}

function nameOf({ title, shape }: ClassMeta, byTitle: ReadonlyMap<string, ClassMeta>): string {
  const suffix = SUFFIXES[shape];
  if (suffix === undefined || !suffix.test(title)) return title;
  const name = title.replace(suffix, '');
  const owner = byTitle.get(name);
  return owner === undefined || owner.shape === shape ? title : name;
}
