/**
 * Writes a file like COCO's instances_train2017.json: as many annotations an image, as long polygons, as many
 * crowds, and annotations in no order of images. The same bytes for the same numbers.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { encodeCounts } from '../../plugins/coco/rle.ts';

export interface CocoSize {
  images: number;
  annotations: number;
  /** Text of `coco_url` before the file name. */
  url?: string;
}

const CATEGORIES = 80;

export function writeCoco(
  file: string,
  { images, annotations, url = 'http://images.example/' }: CocoSize,
): void {
  const out = openSync(file, 'w');
  const random = generator(images);
  const parts: string[] = [];
  let held = 0;
  const write = (text: string): void => {
    parts.push(text);
    held += text.length;
    if (held > 4 << 20) flush();
  };
  const flush = (): void => {
    writeSync(out, parts.join(''));
    parts.length = 0;
    held = 0;
  };
  write('{"info": {"description": "synthetic", "version": "1.0", "year": 2017}, ');
  write('"licenses": [{"url": "http://licence.example/1", "id": 1, "name": "Attribution"}], "images": [');
  for (let id = 1; id <= images; id++) {
    const name = imageName(id);
    write(
      `${id === 1 ? '' : ', '}{"license": 1, "file_name": "${name}", "coco_url": "${url}${name}", "height": 480, ` +
        `"width": 640, "date_captured": "2013-11-14 17:02:52", "flickr_url": "http://flickr.example/${id}_${name}_z.jpg", "id": ${id}}`,
    );
  }
  write('], "annotations": [');
  // A step that shares no factor with the number of images walks over all of them, far from file order.
  const step = coprime(images, Math.floor(images * 0.618));
  for (let i = 0; i < annotations; i++) {
    const image = ((i * step) % images) + 1;
    write(`${i === 0 ? '' : ', '}${annotation(i + 1, image, random)}`);
  }
  write('], "categories": [');
  for (let id = 1; id <= CATEGORIES; id++)
    write(`${id === 1 ? '' : ', '}{"supercategory": "thing", "id": ${id}, "name": "class ${id}"}`);
  write(']}');
  flush();
  closeSync(out);
}

export const imageName = (id: number): string => `${String(id).padStart(12, '0')}.jpg`;

function annotation(id: number, image: number, random: () => number): string {
  const [x, y] = [random() * 480, random() * 320];
  const [w, h] = [20 + random() * 140, 20 + random() * 140];
  const category = 1 + Math.floor(random() * CATEGORIES);
  const crowd = random() < 0.012;
  const segmentation = crowd ? rle(random) : polygon(x, y, w, h, random);
  const box = [x, y, w, h].map((n) => n.toFixed(2)).join(', ');
  return (
    `{"segmentation": ${segmentation}, "area": ${(w * h * 0.7).toFixed(4)}, "iscrowd": ${crowd ? 1 : 0}, ` +
    `"image_id": ${image}, "bbox": [${box}], "category_id": ${category}, "id": ${id}}`
  );
}

/** Rings of 4 to about 90 points, 24 in the middle; one in ten objects has two. */
function polygon(x: number, y: number, w: number, h: number, random: () => number): string {
  const rings = random() < 0.1 ? 2 : 1;
  const texts: string[] = [];
  for (let ring = 0; ring < rings; ring++) {
    const points = Math.floor(4 + 46 * random() ** 1.5);
    const numbers: string[] = [];
    for (let p = 0; p < points; p++) {
      const angle = (2 * Math.PI * p) / points;
      const radius = 0.3 + 0.2 * random();
      numbers.push(
        (x + ring * 5 + w * (0.5 + radius * Math.cos(angle))).toFixed(2),
        (y + h * (0.5 + radius * Math.sin(angle))).toFixed(2),
      );
    }
    texts.push(`[${numbers.join(', ')}]`);
  }
  return `[${texts.join(', ')}]`;
}

/** A region of 640 x 480 in columns, compressed or plain. */
function rle(random: () => number): string {
  const counts: number[] = [];
  let left = 640 * 480;
  const first = Math.floor(random() * 100_000);
  counts.push(first);
  left -= first;
  for (let column = 0; column < 120 && left > 960; column++) {
    const run = 10 + Math.floor(random() * 60);
    counts.push(run, 480 - run);
    left -= 480;
  }
  counts[counts.length - 1] = (counts.at(-1) ?? 0) + left;
  const text = random() < 0.5 ? JSON.stringify(encodeCounts(counts)) : `[${counts.join(', ')}]`;
  return `{"counts": ${text}, "size": [480, 640]}`;
}

function coprime(n: number, near: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let step = Math.max(1, near);
  while (gcd(step, n) !== 1) step++;
  return step;
}

/** Numbers from 0 to 1, always the same ones. */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
