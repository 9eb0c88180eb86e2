/** Where an item of an export goes: split, city and the beginning of its file names. */

import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { type Split, splitNamed, splitOfItem } from '../../src/plugin-kit/splits.ts';
import { plainStem } from './names.ts';

export interface Place {
  split: Split;
  city: string;
  prefix: string;
}

/** 60, 20 and 20 of a hundred, dataset by dataset, rounded as one would: 3 + 1 + 1 of 5, 1 + 1 of 2. */
const DIVIDED: readonly Split[] = ['train', 'val', 'train', 'test', 'train'];

export function createPlaces(): (item: ExportedItem) => Place {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  return (item) => {
    const { dataset } = item;
    let split = splitOfItem(item);
    if (split === undefined) {
      const count = counts.get(dataset) ?? 0;
      counts.set(dataset, count + 1);
      split = DIVIDED[count % DIVIDED.length] ?? 'train';
    }
    const stem = plainStem(stemOf(item.name));
    const city = cityOf(dataset, stem);
    let prefix = stem;
    for (let n = 1; taken.has(`${split}/${city}/${prefix}`); n++)
      prefix = `${stem}_${String(n).padStart(2, '0')}`;
    taken.add(`${split}/${city}/${prefix}`);
    return { split, city, prefix };
  };
}

/** Of the dataset what says no split; else the city in the name; else the dataset. */
function cityOf(dataset: string, stem: string): string {
  const parts = dataset.split('/').filter((part) => splitNamed(part) === undefined);
  if (parts.length > 0) return parts.join('_');
  return /^([a-z-]+)_\d{6}_\d{6}$/i.exec(stem)?.[1] ?? dataset.replaceAll('/', '_');
}
