/** Range body parts: depth pictures of people, parts in MATLAB files. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

export const rangepart: DataSet = {
  name: 'rangepart',
  title: 'Range body parts',
  layouts: [
    {
      picture: layoutPath('(?<set>[^/]+)/d_images/(?<id>[^/]+)'),
      masks: ['{root}{set}/d_masks/{id}.mat'],
      dataset: '{set}',
    },
  ],
  read: { kind: 'mat', variable: 'MM' },
  legend: {
    numbers: 'values',
    classes: [one('head', 1), one('body', 2), one('hand', 3), one('leg', 4)],
    background: { ...one('background', 0), import: true },
    rest: { kind: 'unknown' },
  },
  objects: 'class',
};
