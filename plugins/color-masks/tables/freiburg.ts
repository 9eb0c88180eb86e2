/** Freiburg Sitting People: 14 body parts in MATLAB files. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

export const freiburg: DataSet = {
  name: 'freiburg',
  title: 'Freiburg sitting people',
  layouts: [
    {
      picture: layoutPath('Sitting/img/(?<id>[^/]+)'),
      masks: ['{root}Sitting/masks/{id}.mat'],
      dataset: 'dataset',
    },
  ],
  read: { kind: 'mat', variable: 'M' },
  legend: {
    numbers: 'values',
    classes: Array.from({ length: 14 }, (_, i) => one(`part${i + 1}`, i + 1)),
    background: { ...one('background', 0), import: false },
    rest: { kind: 'unknown' },
  },
  objects: 'class',
};
