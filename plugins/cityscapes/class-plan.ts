/** Ids and colours of the classes of an export. */
import { readColor } from '../../src/format/colors.ts';
import type { ClassMeta } from '../../src/format/model.ts';
import { knownClass } from './table.ts';

export interface PlannedClass {
  name: string;
  id: number;
  /** `0xRRGGBB`. */
  colour: number;
  /** Objects are told apart in instance masks. */
  hasInstances: boolean;
}

/** Of Cityscapes only when all are: else one id might mean two classes. */
export function planClasses(
  classes: readonly Pick<ClassMeta, 'title' | 'color'>[],
  ids: 'auto' | 'order',
): PlannedClass[] {
  const known = classes.map(({ title }) => knownClass(title));
  const official = ids === 'auto' && known.every((one) => one !== undefined);
  return classes.map(({ title, color }, i) => {
    const one = known[i];
    return {
      name: title,
      id: official && one !== undefined ? one.id : i + 1,
      colour: Number.parseInt((readColor(color) ?? one?.color ?? '#000000').slice(1), 16),
      hasInstances: one === undefined || (one.hasInstances && !one.isGroup),
    };
  });
}
