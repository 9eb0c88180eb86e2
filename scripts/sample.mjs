#!/usr/bin/env node
/** Writes a small COCO dataset of drawn pictures, to try things with: `npm run sample [-- FOLDER]`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encode } from 'fast-png';

const WIDTH = 480;
const HEIGHT = 320;
const PICTURES = 12;
const COLORS = { square: [214, 84, 76], triangle: [76, 132, 214], disc: [92, 176, 96] };
const NAMES = Object.keys(COLORS);

const folder = resolve(process.argv[2] ?? 'sample-coco');
if (existsSync(folder)) {
  process.stderr.write(`${folder} exists already; name another folder\n`);
  process.exit(1);
}
mkdirSync(join(folder, 'images'), { recursive: true });
mkdirSync(join(folder, 'annotations'));

/** The same pictures every time. */
let seed = 7;
const random = (from, to) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor(from + (seed / 2147483648) * (to - from));
};

function outline(name, x, y, size) {
  const [right, bottom] = [x + size, y + size];
  if (name === 'square') return [x, y, right, y, right, bottom, x, bottom];
  if (name === 'triangle') return [x + size / 2, y, right, bottom, x, bottom];
  const radius = size / 2;
  return Array.from({ length: 32 }, (_, step) => {
    const angle = (step / 32) * 2 * Math.PI;
    return [x + radius + radius * Math.cos(angle), y + radius + radius * Math.sin(angle)].map(Math.round);
  }).flat();
}

/** Even-odd rule at the centre of a pixel. */
function contains(points, x, y) {
  let inside = false;
  for (let at = 0, before = points.length - 2; at < points.length; before = at, at += 2) {
    const [ax, ay] = [points[at], points[at + 1]];
    const [bx, by] = [points[before], points[before + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

const images = [];
const annotations = [];
for (let picture = 1; picture <= PICTURES; picture++) {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const shade = 232 - Math.floor((at / WIDTH / HEIGHT) * 60);
    pixels.set([shade, shade, shade + 8], at * 3);
  }
  const file = `scene-${String(picture).padStart(3, '0')}.png`;
  images.push({ id: picture, file_name: file, width: WIDTH, height: HEIGHT });
  for (let count = random(1, 4); count > 0; count--) {
    const category = random(0, NAMES.length);
    const size = random(50, 140);
    const [left, top] = [random(0, WIDTH - size), random(0, HEIGHT - size)];
    const points = outline(NAMES[category], left, top, size);
    for (let y = top; y <= top + size && y < HEIGHT; y++)
      for (let x = left; x <= left + size && x < WIDTH; x++)
        if (contains(points, x + 0.5, y + 0.5)) pixels.set(COLORS[NAMES[category]], (y * WIDTH + x) * 3);
    annotations.push({
      id: annotations.length + 1,
      image_id: picture,
      category_id: category + 1,
      segmentation: [points],
      bbox: [left, top, size, size],
      area: size * size,
      iscrowd: 0,
    });
  }
  writeFileSync(
    join(folder, 'images', file),
    encode({ width: WIDTH, height: HEIGHT, data: pixels, channels: 3 }),
  );
}
const categories = NAMES.map((name, at) => ({ id: at + 1, name, supercategory: 'shape' }));
writeFileSync(
  join(folder, 'annotations', 'instances.json'),
  JSON.stringify({ info: { description: 'Drawn shapes' }, images, annotations, categories }),
);
process.stdout.write(`${folder}: ${images.length} pictures, ${annotations.length} shapes\n`);
