/** Berkeley DeepDrive 100K, semantic segmentation: coloured masks, in the old and the newer layout. */
import { colours, type DataSet, layoutPath } from '../data-set.ts';

export const bdd100k: DataSet = {
  name: 'bdd100k',
  title: 'BDD100K segmentation',
  layouts: [
    {
      picture: layoutPath('images/(?<set>train|val|test)/(?<id>[^/]+)'),
      masks: [
        '{root}color_labels/{set}/{id}_train_color.png',
        '{root}color_labels/{set}/{id}_{set}_color.png',
        '{root}color_labels/{set}/{id}.png',
      ],
      dataset: '{set}',
    },
    {
      picture: layoutPath('images/10k/(?<set>train|val|test)/(?<id>[^/]+)'),
      masks: ['{root}labels/sem_seg/colormaps/{set}/{id}.png'],
      dataset: '{set}',
    },
  ],
  read: { kind: 'grid' },
  legend: {
    numbers: 'colours',
    classes: colours(
      'unknown #000000; traffic_sign #DCDC00; tree #6B8E23; building #464646; road #804080; car #00008E; column_pole #999999; fence #BE9999; sky #4682B4; sidewalk #F423E8; traffic_light #FAAA1E; bus #003C64; person #DC143C; rider #FF0000; motor #770B20; truck #000046; lawn #98FB98; bike #0000E6; wall #66669C; train #005064',
    ),
    rest: { kind: 'unknown' },
  },
  objects: 'parts',
};
