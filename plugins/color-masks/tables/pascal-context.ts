/** Pascal Context: every pixel of the VOC 2010 pictures, in MATLAB files. */
import { type DataSet, layoutPath } from '../data-set.ts';

export const pascalContext: DataSet = {
  name: 'pascal-context',
  title: 'Pascal Context',
  layouts: [
    {
      picture: layoutPath('JPEGImages/(?<id>[^/]+)'),
      masks: ['{root}trainval/{id}.mat'],
      dataset: 'dataset',
    },
  ],
  read: { kind: 'mat', variable: 'LabelMap' },
  names: { files: ['labels.txt'], lines: 'id-name' },
  legend: { numbers: 'values', classes: [], skip: [0], rest: { kind: 'numbered', title: 'class' } },
  objects: 'class',
};
