/** Crop and weed fields (CWFID). Black is neutral where the vegetation mask is 0, else nothing. */
import { colours, type DataSet, one, ROOT } from '../data-set.ts';

export const cropsAndWeeds: DataSet = {
  name: 'crops-and-weeds',
  title: 'Crops and weeds',
  layouts: [
    {
      picture: new RegExp(`${ROOT}images/(?<before>[^/]*)image(?<after>[^/]*)\\.(?<ending>png|jpe?g)$`, 'i'),
      masks: ['{root}annotations/{before}annotation{after}.png'],
      neutral: '{root}masks/{before}mask{after}.png',
      dataset: '{folder}',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: colours('weed 255,0,0; crop 0,255,0'),
    background: { ...one('neutral', 0x000000, '#000000'), import: true },
    rest: { kind: 'unknown' },
    neutral: 0x000000,
  },
  objects: 'class',
};
