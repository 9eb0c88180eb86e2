/** A project of two small pictures with boxes and polygons: what an exporter is tested with. */
import { encode } from 'fast-png';
import { sha256Of } from '../../../lib/hash.ts';
import type { ProjectType } from '../../../protocol/project-type.ts';
import type { ExportItem, ExportProject } from '../../../protocol/publish.ts';

const WIDTH = 64;
const HEIGHT = 48;
const NAMES = ['sample_000001.png', 'sample_000002.png'];
const DATASET = 'sample';

export interface SampleProject {
  project: ExportProject;
  items: ExportItem[];
  /** By SHA-256. */
  bytes: ReadonlyMap<string, Uint8Array>;
  /** Of each item that is no image, or of the episode. */
  annotation?: object;
}

export function sampleProject(): SampleProject {
  const bytes = new Map<string, Uint8Array>();
  const items = NAMES.map((name, at): ExportItem => {
    const png = picture(at);
    const sha256 = sha256Of(png);
    bytes.set(sha256, png);
    return {
      id: at + 1,
      dataset: DATASET,
      name,
      sha256,
      size: png.length,
      link: null,
      mime: 'image/png',
      width: WIDTH,
      height: HEIGHT,
      ann: annotation(at),
      meta: null,
    };
  });
  const classes = [classOf('car', 'rectangle', '#E03131'), classOf('road', 'polygon', '#1971C2')];
  return { project: projectOf('images', classes, DATASET, items), items, bytes };
}

export function projectOf(
  type: ProjectType,
  classes: object[],
  dataset: string,
  items: readonly ExportItem[],
): ExportProject {
  return {
    id: 1,
    name: 'Self-test',
    type,
    meta: { classes, tags: [], projectType: type },
    datasets: [{ id: 1, path: dataset, items: items.length }],
    items: items.length,
    bytes: items.reduce((sum, item) => sum + item.size, 0),
  };
}

export function classOf(title: string, shape: string, color: string): object {
  return { title, shape, color, geometry_config: {}, hotkey: '' };
}

function annotation(at: number): object {
  const points = (exterior: number[][]) => ({ points: { exterior, interior: [] } });
  const box = points([
    [8 + at, 6],
    [30, 24 + at],
  ]);
  const ring = points([
    [34, 10],
    [58, 12],
    [54, 40],
    [36, 38],
  ]);
  return {
    description: '',
    tags: [],
    size: { width: WIDTH, height: HEIGHT },
    objects: [
      { classTitle: 'car', geometryType: 'rectangle', tags: [], description: '', ...box },
      { classTitle: 'road', geometryType: 'polygon', tags: [], description: '', ...ring },
    ],
  };
}

function picture(at: number): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
    data[pixel * 3] = (pixel * 3) % 256;
    data[pixel * 3 + 1] = (Math.floor(pixel / WIDTH) * 5) % 256;
    data[pixel * 3 + 2] = 80 * (at + 1);
  }
  return encode({ width: WIDTH, height: HEIGHT, data, channels: 3 });
}
