/** What YOLO's tests share: small pictures, labels told in short, exports of projects made in the test. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import type { ClassMeta, Geometry, ImageAnnotation, Label, ProjectMeta } from '../../../src/format/model.ts';
import { type HereResult, importHere, labelsOf } from '../../../test/support/import-here.ts';
import { type PluginRunResult, runPlugin } from '../../../test/support/run-plugin.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
export const fixture = (name: string): string => path.join(FIXTURES, name);

export const png = (width = 20, height = 10): Uint8Array =>
  encode({ width, height, data: new Uint8Array(width * height).fill(99), channels: 1 });

/** Class, then what the geometry is; the angle to a millionth. */
export function brief(label: Label): unknown[] {
  const { classTitle } = label;
  switch (label.geometryType) {
    case 'rectangle':
    case 'polygon':
      return [classTitle, ...label.points.exterior];
    case 'oriented_bbox':
      return [classTitle, ...label.points, Number(label.angle.toFixed(6)) + 0];
    case 'graph':
      return [classTitle, label.nodes];
    default:
      return [classTitle, label.geometryType];
  }
}

export const briefs = (run: Pick<HereResult, 'items'>): unknown[][][] =>
  run.items.map((item) => labelsOf(item).map(brief));

/** One picture `a.png` of 20 x 10 with these lines, and a yaml with two classes. */
export const importLines = (
  lines: string,
  options: Record<string, unknown> = {},
  yaml = 'train: .\nval: .\nnames: [car, man]\n',
): Promise<HereResult> =>
  importHere({ plugin: 'yolo', files: { 'data.yaml': yaml, 'a.png': png(), 'a.txt': lines }, options });

export const classOf = (title: string, shape: string, more: Partial<ClassMeta> = {}): ClassMeta => ({
  title,
  shape,
  color: '#AA0000',
  geometry_config: {},
  ...more,
});

export const labelOf = (classTitle: string, geometry: Geometry, more: Partial<Label> = {}): Label =>
  ({ classTitle, tags: [], shape: geometry.geometryType, ...geometry, ...more }) as Label;

export interface SmallItem {
  width: number;
  height: number;
  objects: Label[];
  tags?: ImageAnnotation['tags'];
}

/** Items by `dataset/name`. */
export function exportItems(
  classes: ClassMeta[],
  items: Readonly<Record<string, SmallItem>>,
  { plugin = 'yolo', options = {} }: { plugin?: string; options?: Record<string, unknown> } = {},
): Promise<PluginRunResult> {
  const tagNames = ['difficult', 'train', 'val', 'weather'];
  const meta: ProjectMeta = {
    classes,
    tags: tagNames.map((name) => ({ name, value_type: 'none', color: '#000000' })),
    projectType: 'images',
  };
  const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(meta) };
  for (const [key, { width, height, objects, tags = [] }] of Object.entries(items)) {
    const slash = key.lastIndexOf('/');
    const [dataset, name] = [key.slice(0, slash), key.slice(slash + 1)];
    const annotation: ImageAnnotation = { description: '', size: { height, width }, tags, objects };
    files[`project/${dataset}/img/${name}`] = png(width, height);
    files[`project/${dataset}/ann/${name}.json`] = JSON.stringify(annotation);
  }
  return runPlugin({ action: 'export', plugin, files, options });
}

/** The archive as files. */
export const unpacked = (run: PluginRunResult): Record<string, Uint8Array> =>
  Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));

export const warnings = (run: PluginRunResult): string[] => run.reports.map(({ message }) => message);
