/** Paris Art Deco facades: labels are text, one row of numbers a line. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

export const parisart: DataSet = {
  name: 'parisart',
  title: 'Paris Art Deco facades',
  layouts: [
    {
      picture: layoutPath('images/(?<id>[^/]+)'),
      masks: ['{root}labels/{id}.txt'],
      dataset: 'dataset',
    },
  ],
  marks: /ArtDeco|ParisArt/i,
  read: { kind: 'grid' },
  legend: {
    numbers: 'values',
    classes: [
      one('Unknown', -1, '#000000'),
      one('Door', 0, '#FFFF00'),
      one('Shop', 1, '#008000'),
      one('Balcony', 2, '#0000FF'),
      one('Window', 3, '#80FF00'),
      one('Wall', 4, '#FF0000'),
      one('Sky', 5, '#00FFFF'),
      one('Roof', 6, '#D3D3D3'),
    ],
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
