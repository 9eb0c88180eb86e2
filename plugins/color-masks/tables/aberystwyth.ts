/** Aberystwyth leaf evaluation: every leaf seen from above has a colour of its own. */
import { type DataSet, ROOT } from '../data-set.ts';

export const aberystwyth: DataSet = {
  name: 'aberystwyth',
  title: 'Aberystwyth leaves',
  layouts: [
    {
      picture: new RegExp(`${ROOT}(?<tray>PSI_Tray\\d+)/tv/(?<id>[^/]+)\\.png$`, 'i'),
      masks: ['{root}{tray}/tv/gt/{id}_gt.png'],
      dataset: 'ds',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: [],
    skip: [0x000000],
    rest: { kind: 'objects', title: 'leaf' },
  },
  objects: 'class',
};
