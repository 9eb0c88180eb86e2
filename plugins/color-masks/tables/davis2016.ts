/** DAVIS 2016, frame by frame: one object, white on black. Lists of frames say what is trained on. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

export const davis2016: DataSet = {
  name: 'davis2016',
  title: 'DAVIS 2016',
  layouts: [
    {
      picture: layoutPath('JPEGImages/(?<size>[^/]+)/(?<sequence>[^/]+)/(?<id>[^/]+)'),
      masks: ['{root}Annotations/{size}/{sequence}/{id}.png'],
      dataset: '{size}',
      name: '{sequence}_{file}',
    },
  ],
  read: { kind: 'grid' },
  lists: {
    file: /^(?<root>(?:.*\/)?)ImageSets\/(?<size>[^/]+)\/(?<list>[^/]+)\.txt$/i,
    dataset: '{list}{size}',
  },
  legend: {
    numbers: 'values',
    classes: [{ title: 'object', from: 128, to: 255, color: '#FFFFFF' }],
    background: { ...one('background', 0, '#010101'), import: true },
    rest: { kind: 'unknown' },
  },
  objects: 'class',
};
