/** A project with one of every geometry the page draws, made over the public API. */
import { encode } from 'fast-png';
import { encodeBitmap } from '../../src/format/bitmap.ts';
import { hexToBase64, sha256Of } from '../../src/lib/hash.ts';
import type { ApiServer } from './api-server.ts';

export const WIDTH = 640;
export const HEIGHT = 480;
export const COLORS = {
  car: '#E03131',
  road: '#1971C2',
  tree: '#2F9E44',
  lane: '#F08C00',
  sign: '#9C36B5',
  person: '#0CA678',
};

export interface DrawnProject {
  projectId: number;
  datasetId: number;
  imageIds: number[];
}

export async function makeDrawnProject(server: ApiServer, images = 6): Promise<DrawnProject> {
  const { api } = server;
  const { id: projectId } = await api<{ id: number }>('projects.add', {
    name: 'Street <b>scenes</b>',
    workspaceId: 1,
  });
  const shapes = {
    car: 'rectangle',
    road: 'polygon',
    tree: 'bitmap',
    lane: 'line',
    sign: 'point',
    person: 'graph',
  };
  const classes = Object.entries(COLORS).map(([title, color]) => ({
    title,
    color,
    shape: shapes[title as keyof typeof COLORS],
    geometry_config:
      title === 'person'
        ? {
            nodes: {},
            edges: [
              { src: 'head', dst: 'hip' },
              { src: 'hip', dst: 'foot' },
            ],
          }
        : {},
  }));
  const tags = [{ name: 'weather', value_type: 'any_string', color: '#888888' }];
  await api('projects.meta.update', { id: projectId, meta: { classes, tags } });
  const { id: datasetId } = await api<{ id: number }>('datasets.add', { projectId, name: 'day' });
  const rows = [];
  for (let k = 0; k < images; k++) {
    const png = picture(k);
    const sha256 = sha256Of(png);
    await server.blobs.put(sha256, png);
    rows.push({ name: `street ${k}.png`, hash: hexToBase64(sha256) });
  }
  const added = await api<{ id: number }[]>('images.bulk.add', { datasetId, images: rows });
  const imageIds = added.map((one) => one.id);
  const annotations = imageIds.map((imageId) => ({ imageId, annotation: annotation() }));
  await api('annotations.bulk.add', { datasetId, annotations });
  return { projectId, datasetId, imageIds };
}

/** Sub-pixel coordinates, as the SDK sends them. */
function annotation(): object {
  const label = (classTitle: string, geometryType: string, geometry: object) => ({
    classTitle,
    geometryType,
    shape: geometryType,
    tags: [],
    description: '',
    ...geometry,
  });
  const points = (exterior: number[][], interior: number[][][] = []) => ({ points: { exterior, interior } });
  const disc = { x: 40, y: 40, width: 100, height: 100, data: new Uint8Array(100 * 100) };
  for (let y = 0; y < 100; y++)
    for (let x = 0; x < 100; x++) if ((x - 50) ** 2 + (y - 50) ** 2 < 48 ** 2) disc.data[y * 100 + x] = 1;
  return {
    description: 'a made-up street',
    size: { width: WIDTH, height: HEIGHT },
    tags: [{ name: 'weather', value: 'dry' }],
    objects: [
      label(
        'road',
        'polygon',
        points(
          [
            [100, 300],
            [540, 300],
            [639, 479],
            [1, 479],
          ],
          [
            [
              [250, 350],
              [350, 350],
              [350, 400],
              [250, 400],
            ],
          ],
        ),
      ),
      label(
        'car',
        'rectangle',
        points([
          [400, 200],
          [560, 290],
        ]),
      ),
      label('tree', 'bitmap', { bitmap: encodeBitmap(disc) }),
      label(
        'lane',
        'line',
        points([
          [320.5, 300.5],
          [400.5, 470.5],
        ]),
      ),
      label('sign', 'point', points([[220.5, 120.5]])),
      label('person', 'graph', {
        nodes: {
          head: { loc: [300.5, 150.5] },
          hip: { loc: [300.5, 220.5] },
          foot: { loc: [285.5, 290.5], disabled: true },
        },
      }),
    ],
  };
}

/** Sky over ground, so that the drawing has something under it. */
function picture(k: number): Buffer {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const at = (y * WIDTH + x) * 3;
      const ground = y > 290;
      const shade = ground ? 90 + ((y - 290) >> 2) : 200 - (y >> 2);
      data.set(
        ground ? [shade, shade, shade - 8] : [shade - 60 + k * 6, shade - 10, Math.min(255, shade + 40)],
        at,
      );
    }
  }
  return Buffer.from(encode({ width: WIDTH, height: HEIGHT, channels: 3, depth: 8, data }));
}
