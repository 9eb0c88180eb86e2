/** PPSS: pedestrians in surveillance scenes, eight parts in the colours of the jet map. */
import { colours, type DataSet, one, ROOT } from '../data-set.ts';

export const pedestrian: DataSet = {
  name: 'pedestrian',
  title: 'PPSS pedestrian parsing',
  layouts: [
    {
      picture: new RegExp(`${ROOT}(?<set>[^/]+)/(?<id>\\d+)\\.jpe?g$`, 'i'),
      masks: ['{root}{set}/{id}_m.png'],
      dataset: '{set}',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: colours(
      'hair 0,32,255; face 0,191,255; upperclothes 96,255,159; lowerclothes 255,255,0; arms 255,80,0; shoes 143,0,0; body 175,0,0',
    ),
    background: { ...one('background', 0x00008f, '#00008F'), import: true },
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
