/** Labels of the whole picture: what people verified counts more than what a machine guessed. */
import type { Tag } from '../../src/format/model.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { placeOf } from './box-labels.ts';
import type { ClassTitles } from './class-titles.ts';
import type { Row } from './picture-rows.ts';

export interface PictureTagContext {
  titles: ClassTitles;
  tags: TagNames;
  items: Pick<LabelledItems, 'fault'>;
  /** Labels of confidence 0 become tags as well: `no Cat`. */
  negative: boolean;
}

export function pictureTags(
  rows: readonly Row[],
  { titles, tags, items, negative }: PictureTagContext,
): Tag[] {
  const verdicts = new Map<string, { confidence: number; verified: boolean }>();
  for (const row of rows) {
    const name = row.cell('labelname');
    const confidence = toNumber(row.cell('confidence'));
    if (name === '' || confidence === undefined) {
      items.fault('labels of pictures that cannot be used', () => ({
        ...placeOf(row),
        message: `expected a LabelName and a number as Confidence, got ${JSON.stringify(`${name}, ${row.cell('confidence')}`)}`,
      }));
      continue;
    }
    const verified = !/machine/i.test(row.cell('source'));
    const known = verdicts.get(name);
    const counts =
      known === undefined ||
      (verified && !known.verified) ||
      (verified === known.verified && confidence > known.confidence);
    if (counts) verdicts.set(name, { confidence, verified });
  }
  const found: Tag[] = [];
  for (const [name, { confidence }] of verdicts) {
    if (confidence > 0) found.push(tags.none(titles.of(name), 'imagesOnly'));
    else if (negative) found.push(tags.none(`no ${titles.of(name)}`, 'imagesOnly'));
  }
  return found;
}
