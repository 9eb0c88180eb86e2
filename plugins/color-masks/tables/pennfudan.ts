/** Penn-Fudan pedestrians: the number of each pixel is the person it belongs to. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

export const pennfudan: DataSet = {
  name: 'pennfudan',
  title: 'Penn-Fudan pedestrians',
  layouts: [
    {
      picture: layoutPath('PNGImages/(?<id>[^/]+)'),
      masks: ['{root}PedMasks/{id}_mask.png'],
      dataset: 'dataset',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'values',
    classes: [],
    background: { ...one('background', 0), import: true },
    rest: { kind: 'numbered', title: 'object' },
  },
  objects: 'class',
};
