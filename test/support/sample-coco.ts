/** A COCO dataset of small drawn pictures, larger or smaller on request; the same bytes for the same numbers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';

export interface SampleCoco {
  images: number;
  /** Labels an image. */
  labels?: number;
  /** Pictures are `side` x `side`. */
  side?: number;
}

export function writeSampleCoco(folder: string, { images, labels = 2, side = 32 }: SampleCoco): void {
  mkdirSync(path.join(folder, 'images'), { recursive: true });
  mkdirSync(path.join(folder, 'annotations'));
  const file = {
    images: [] as unknown[],
    annotations: [] as unknown[],
    categories: [
      { id: 1, name: 'car', supercategory: 'vehicle' },
      { id: 2, name: 'person', supercategory: 'human' },
    ],
  };
  for (let id = 1; id <= images; id++) {
    const name = `image-${String(id).padStart(5, '0')}.png`;
    const data = new Uint8Array(side * side * 3);
    for (let at = 0; at < data.length; at++) data[at] = (at * 7 + id * 13) % 256;
    writeFileSync(
      path.join(folder, 'images', name),
      encode({ width: side, height: side, data, channels: 3 }),
    );
    file.images.push({ id, file_name: name, width: side, height: side });
    for (let label = 0; label < labels; label++) {
      const left = (id + label * 5) % (side - 12);
      const top = (id * 3 + label) % (side - 12);
      file.annotations.push({
        id: id * 100 + label,
        image_id: id,
        category_id: 1 + (label % 2),
        segmentation: [[left, top, left + 10, top, left + 10, top + 10, left, top + 10]],
        bbox: [left, top, 10, 10],
        area: 100,
        iscrowd: 0,
      });
    }
  }
  writeFileSync(path.join(folder, 'annotations', 'instances.json'), JSON.stringify(file));
}
