/** Pratheepan: faces and families, skin white on black. */
import { type DataSet, layoutPath } from '../data-set.ts';

export const humanSkin: DataSet = {
  name: 'human-skin',
  title: 'Pratheepan human skin',
  layouts: [
    {
      picture: layoutPath('Pratheepan_Dataset/(?<set>[^/]+)/(?<id>[^/]+)'),
      masks: ['{root}Ground_Truth/GroundT_{set}/{id}.png'],
      dataset: '{set}',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'values',
    classes: [{ title: 'skin', from: 128, to: 255 }],
    background: { title: 'background', from: 0, to: 127, import: true },
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
