/** eTRIMS: facades in four (04_etrims-ds) or eight (08_etrims-ds) classes. */
import { colours, type DataSet, layoutPath } from '../data-set.ts';

export const etrims: DataSet = {
  name: 'etrims',
  title: 'eTRIMS',
  layouts: [
    {
      picture: layoutPath('images/(?<set>[^/]+)/(?<id>[^/]+)'),
      masks: ['{root}annotations/{set}/{id}.png'],
      dataset: '{set}',
    },
  ],
  marks: /etrims/i,
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: colours(
      'Unknown 0,0,0; Building 128,0,0; Car 128,0,128; Door 128,128,0; Pavement 128,128,128; Road 128,64,0; Sky 0,128,128; Vegetation 0,128,0; Window 0,0,128',
    ),
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
