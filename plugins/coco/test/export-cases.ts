import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { Geometry, ImageAnnotation, Label, ProjectMeta, Ring, Tag } from '../../../src/format/model.ts';
import { type PluginRunResult, runPlugin } from '../../../test/support/run-plugin.ts';
import { png } from './cases.ts';

export const size = { height: 10, width: 20 };
export const cls = (title: string, shape: string, more: object = {}) => ({
  title,
  shape,
  color: '#AA0000',
  geometry_config: {},
  ...more,
});
export const template = {
  nodes: { n1: { label: 'head', loc: [0, 0] }, n2: { label: 'foot', loc: [9, 9] } },
  edges: [{ src: 'n1', dst: 'n2' }],
};
export const meta: ProjectMeta = {
  classes: [
    cls('car', 'polygon', { description: 'supercategory: vehicle' }),
    cls('car_bbox', 'rectangle'),
    cls('car_mask', 'bitmap'),
    cls('man', 'graph', { geometry_config: template }),
    cls('man_bbox', 'rectangle'),
    cls('lane', 'line'),
    cls('spot', 'point'),
    cls('thing', 'any'),
  ],
  tags: [
    { name: 'caption', value_type: 'any_string', color: '#000000' },
    { name: 'iscrowd', value_type: 'none', color: '#000000' },
    { name: 'doors', value_type: 'any_number', color: '#000000' },
    { name: 'weather', value_type: 'any_string', color: '#000000' },
  ],
  projectType: 'images',
};

export const label = (classTitle: string, geometry: Geometry, more: Partial<Label> = {}): Label =>
  ({ classTitle, tags: [] as Tag[], shape: geometry.geometryType, ...geometry, ...more }) as Label;
export const polygon = (exterior: Ring, ...interior: Ring[]): Geometry => ({
  geometryType: 'polygon',
  points: { exterior, interior },
});
export const rectangle = (a: [number, number], b: [number, number]): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});
export const bitmap: Geometry = {
  geometryType: 'bitmap',
  bitmap: encodeBitmap({ x: 3, y: 2, width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 1, 1, 1) }),
};
export const triangle: Ring = [
  [1, 1],
  [9, 1],
  [1, 8],
];
export const hole: Ring = [
  [3, 3],
  [5, 3],
  [3, 5],
];

export const annotation = (objects: Label[], tags: Tag[] = []): ImageAnnotation => ({
  description: '',
  size,
  tags,
  objects,
});

export type Items = Record<string, ImageAnnotation>;

export const exportItems = (
  items: Items,
  options: Record<string, unknown> = {},
): Promise<PluginRunResult> => {
  const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(meta) };
  for (const [name, ann] of Object.entries(items)) {
    const [dataset, file] = name.split('/');
    files[`project/${dataset}/img/${file}`] = png();
    files[`project/${dataset}/ann/${file}.json`] = JSON.stringify(ann);
  }
  return runPlugin({ action: 'export', plugin: 'coco', files, options });
};

/** The archive as files. */
export const unpacked = (run: PluginRunResult): Record<string, Uint8Array> =>
  Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));

export interface Coco {
  images: Record<string, unknown>[];
  annotations: Record<string, unknown>[];
  categories: Record<string, unknown>[];
  licenses: unknown[];
}
export const json = (run: PluginRunResult, name: string): Coco =>
  JSON.parse(run.entry(`annotations/${name}.json`).toString()) as Coco;

export const everything: Items = {
  'day/a.png': annotation(
    [
      label('car', polygon(triangle), { instance: 'i1', tags: [{ name: 'doors', value: 4 }] }),
      label('car_bbox', rectangle([1, 1], [9, 8]), { instance: 'i1', tags: [{ name: 'doors', value: 4 }] }),
      label('car', polygon(triangle, hole), { tags: [{ name: 'iscrowd' }] }),
      label('car_mask', bitmap),
      label(
        'man',
        { geometryType: 'graph', nodes: { n2: { loc: [7, 8] }, n1: { loc: [6, 2], disabled: true } } },
        { instance: 'i2' },
      ),
      label('man_bbox', rectangle([5, 1], [8, 9]), { instance: 'i2' }),
      label('lane', { geometryType: 'line', points: { exterior: triangle, interior: [] } }),
      label('lane', { geometryType: 'line', points: { exterior: triangle, interior: [] } }),
      label('spot', { geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } }),
    ],
    [
      { name: 'caption', value: 'one "car"' },
      { name: 'caption', value: 'two' },
      { name: 'weather', value: 'dry' },
    ],
  ),
  'night/a.png': annotation([label('car_bbox', rectangle([19, 9], [0, 0]))]),
};
