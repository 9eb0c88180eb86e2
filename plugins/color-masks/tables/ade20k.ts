/** ADE20K scene parsing (ADEChallengeData2016): classes of pixels, and objects of 100 classes. */
import { type DataSet, layoutPath, one } from '../data-set.ts';

const NAMES = ['objectinfo150.txt'];
const MARKS = /ADEChallengeData2016|objectInfo150\.txt|annotations_instance\//i;

export const ade20k: DataSet = {
  name: 'ade20k',
  title: 'ADE20K scene parsing',
  layouts: [
    {
      picture: layoutPath('images/(?<set>[^/]+)/(?<id>[^/]+)'),
      masks: ['{root}annotations/{set}/{id}.png'],
      dataset: '{set}',
    },
  ],
  marks: MARKS,
  read: { kind: 'grid' },
  names: { files: NAMES, lines: 'object-info' },
  legend: {
    numbers: 'values',
    classes: [],
    background: { ...one('background', 0), import: true },
    rest: { kind: 'numbered', title: 'class' },
  },
  objects: 'parts',
};

export const ade20kInstances: DataSet = {
  name: 'ade20k-instances',
  title: 'ADE20K scene parsing, instances',
  layouts: [
    {
      picture: layoutPath('images/(?<set>[^/]+)/(?<id>[^/]+)'),
      masks: ['{root}annotations_instance/{set}/{id}.png'],
      dataset: '{set}',
    },
  ],
  marks: MARKS,
  read: { kind: 'grid' },
  names: {
    files: NAMES,
    lines: 'object-info',
    mapping: ['categorymapping.txt', 'ade20k_instance_catid_mapping.txt'],
  },
  legend: {
    numbers: 'category-instance',
    classes: [],
    background: { ...one('background', 0), import: true },
    rest: { kind: 'numbered', title: 'object' },
  },
  objects: 'class',
};
