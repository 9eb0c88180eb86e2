/** The name of a picture in VOC, which has one folder for all: its stem, with the dataset before it where two agree. */
import { stemOf } from '../../src/plugin-kit/match-images.ts';

export function createPictureNames(): (dataset: string, name: string) => string {
  const taken = new Set<string>();
  return (dataset, name) => {
    // A line of a list is one name.
    const stem = stemOf(name).replace(/[\\/\p{Cc}]/gu, '_');
    const wanted = taken.has(stem) ? `${dataset.replace(/[\\/\p{Cc}]/gu, '_')}_${stem}` : stem;
    let free = wanted;
    for (let n = 1; taken.has(free); n++) free = `${wanted}_${String(n).padStart(2, '0')}`;
    taken.add(free);
    return free;
  };
}
