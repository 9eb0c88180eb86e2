/**
 * Which class a name of the source is, by shape. Where there are masks, every name of the colour table is the class
 * of its masks, and boxes of that name are `<name>_bbox`; one title has one shape.
 */
import type { Shape } from '../../src/format/model.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import { type ClassColour, NEUTRAL, toHex } from './colour-table.ts';

export interface ClassTitles {
  of(name: string, shape: Shape): string;
  /** Class of the masks of that name, where masks can have it. */
  ofMaskName(name: string): string | undefined;
  /** Class of the masks of a colour, or of a number in a grey mask; undefined for a colour that has none. */
  ofMask(colour: number, grey: number | undefined): string | undefined;
}

const SUFFIXES: Readonly<Record<string, string>> = { polygon: '_polygon', point: '_point' };

export interface TitleSources {
  colours: readonly ClassColour[];
  hasMasks: boolean;
  /** The border is a class like any other. */
  keepNeutral: boolean;
}

export function createClassTitles(
  project: Pick<ProjectWriter, 'defineClass'>,
  { colours, hasMasks, keepNeutral }: TitleSources,
): ClassTitles {
  const titles = new Map<string, string>();
  const byName = new Map(colours.map((one) => [one.name, one]));
  const byColour = new Map(colours.map((one) => [one.colour, one.name]));
  const ofMasks = hasMasks ? colours.filter(({ name }) => name !== NEUTRAL || keepNeutral) : [];
  const maskNames = new Set(ofMasks.map(({ name }) => name));
  /** Grey masks hold the place of a class in the table, from 1; 255 is the border. */
  const inOrder = colours.filter(({ name }) => name !== NEUTRAL);
  for (const { name } of ofMasks) titleOf(name, 'bitmap');

  function titleOf(name: string, shape: Shape): string {
    const key = `${shape}\n${name}`;
    let title = titles.get(key);
    if (title === undefined) {
      const wanted =
        shape === 'bitmap' ? name : `${name}${SUFFIXES[shape] ?? (maskNames.has(name) ? '_bbox' : '')}`;
      const colour = byName.get(name)?.colour;
      title = project.defineClass({
        title: wanted,
        shape,
        ...(colour === undefined ? {} : { color: toHex(colour) }),
      });
      titles.set(key, title);
    }
    return title;
  }

  return {
    of: titleOf,
    ofMaskName: (name) => (maskNames.has(name) ? titleOf(name, 'bitmap') : undefined),
    ofMask(colour, grey) {
      const byNumber = grey === 255 && byName.has(NEUTRAL) ? NEUTRAL : inOrder[(grey ?? 0) - 1]?.name;
      const name = (grey === undefined ? undefined : byNumber) ?? byColour.get(colour);
      return name === undefined || (name === NEUTRAL && !keepNeutral) ? undefined : titleOf(name, 'bitmap');
    },
  };
}
