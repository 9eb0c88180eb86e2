/** Pascal Part: objects of VOC 2010 and their parts, in MATLAB files. An object and its parts share an instance key. */
import { type DataSet, layoutPath } from '../data-set.ts';

export const pascalPart: DataSet = {
  name: 'pascal-part',
  title: 'Pascal Part',
  layouts: [
    {
      picture: layoutPath('JPEGImages/(?<id>[^/]+)'),
      masks: ['{root}Annotations_Part/{id}.mat'],
      dataset: 'dataset',
    },
  ],
  read: { kind: 'mat-parts', variable: 'anno' },
  legend: { numbers: 'values', classes: [], rest: { kind: 'unknown' } },
  objects: 'class',
};
