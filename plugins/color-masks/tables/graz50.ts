/** Graz50: facades of Graz. */
import { colours, type DataSet, layoutPath } from '../data-set.ts';

export const graz50: DataSet = {
  name: 'graz50',
  title: 'Graz50 facades',
  layouts: [
    {
      picture: layoutPath('images/(?<id>[^/]+)'),
      masks: ['{root}labels_full/{id}.png', '{root}labels_full/{id}.bmp'],
      dataset: 'dataset',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: colours(
      'unknown 0,0,0; window 255,0,0; door 255,128,0; ground_floor 0,255,0; facade 255,255,0; sky 128,255,255',
    ),
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
