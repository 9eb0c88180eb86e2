/** `colors.txt`: the classes that were used, by name, as `name R G B`; neutral comes first. */
import type { ClassPlan } from './class-plan.ts';
import { NEUTRAL, NEUTRAL_COLOUR } from './colour-table.ts';

export interface UsedNames {
  /** With masks. */
  masks: ReadonlySet<string>;
  all: ReadonlySet<string>;
}

/** Where there are masks, a name in the file is that of masks, so classes of boxes alone are not in it. */
export function colourFile(plan: ClassPlan, { masks, all }: UsedNames, withNeutral: boolean): string {
  const names = new Set(masks.size > 0 ? masks : all);
  const hasNeutral = withNeutral || names.has(NEUTRAL);
  names.delete(NEUTRAL);
  const lines = [...names].sort().flatMap((name) => {
    const colour = plan.byName(name)?.colour;
    return colour === undefined ? [] : [line(name, colour)];
  });
  return [...(hasNeutral ? [line(NEUTRAL, NEUTRAL_COLOUR)] : []), ...lines].join('');
}

const line = (name: string, colour: number): string =>
  `${name.replace(/\s+/g, ' ')} ${colour >> 16} ${(colour >> 8) & 0xff} ${colour & 0xff}\n`;
