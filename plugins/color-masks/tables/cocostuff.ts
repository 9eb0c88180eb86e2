/** COCO-Stuff: things and stuff of COCO 2017. A pixel is the number of its class less one; 255 is nothing. */
import { type DataSet, ROOT } from '../data-set.ts';

export const cocostuff: DataSet = {
  name: 'cocostuff',
  title: 'COCO-Stuff maps',
  layouts: [
    {
      picture: new RegExp(`${ROOT}(?:images/)?(?<set>(?:train|val|test)\\d{4})/(?<id>[^/]+)\\.jpe?g$`, 'i'),
      masks: [
        '{root}stuffthingmaps_trainval2017/{set}/{id}.png',
        '{root}stuffthingmaps/{set}/{id}.png',
        '{root}annotations/stuffthingmaps/{set}/{id}.png',
      ],
      dataset: '{set}',
    },
  ],
  read: { kind: 'grid' },
  names: { files: ['labels.txt'], lines: 'id-name-minus-one' },
  legend: { numbers: 'values', classes: [], skip: [255], rest: { kind: 'numbered', title: 'class' } },
  objects: 'parts',
};
