/**
 * VOC masks -> bitmaps and back, through the plugin host in a process of its own, beside what decoding and encoding
 * the same PNGs costs: `node bench/voc-masks.ts [--images 1500] [--runs 3] [--xml]`. Each picture of 500 x 375 has a
 * class and an object mask with a few objects and their border, some of 20 different ones; `--xml` adds an XML file.
 * The best of the runs counts, and processor time stands beside it: other work on the machine changes it less.
 */
import { spawn } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { vocColour } from '../plugins/voc/colour-table.ts';
import { writeIndexed } from '../src/plugin-kit/pixels/write-png.ts';
import { freshFolder, mb, memoryOf, round, say, timed } from './support/measure.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1500' },
    runs: { type: 'string', default: '3' },
    xml: { type: 'boolean', default: false },
  },
});
const [images, runs] = [Number(values.images), Number(values.runs)];
const [WIDTH, HEIGHT, KINDS] = [500, 375, 20];
const PALETTE = Array.from({ length: 256 }, (_, index) => vocColour(index));
const host = fileURLToPath(new URL('../src/plugin-kit/host.ts', import.meta.url));
const { folder, remove } = freshFolder('voc-masks');
const source = path.join(folder, 'source');
const stemOf = (i: number): string => `2012_${String(i).padStart(6, '0')}`;

interface Cost {
  seconds: number;
  /** Processor time. */
  cpu: number;
  peak: number;
}

/** Blobs with wavy outlines, each with a border of 5 pixels, as the original masks have them. */
function drawMasks(seed: number): { classes: Uint8Array; objects: Uint8Array; boxes: string[] } {
  let state = seed | 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const classes = new Uint8Array(WIDTH * HEIGHT);
  const objects = new Uint8Array(WIDTH * HEIGHT);
  const boxes: string[] = [];
  for (let object = 1; object <= 2 + (seed % 4); object++) {
    const kind = 1 + Math.floor(random() * 20);
    const [cx, cy, size] = [random() * WIDTH, random() * HEIGHT, 40 + random() * 90];
    const [waves, turn] = [3 + Math.floor(random() * 9), random() * 6];
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const [dx, dy] = [x - cx, y - cy];
        const inside = size * (1 + 0.25 * Math.sin(waves * Math.atan2(dy, dx) + turn)) - Math.hypot(dx, dy);
        if (inside < -5) continue;
        classes[y * WIDTH + x] = inside < 0 ? 255 : kind;
        objects[y * WIDTH + x] = inside < 0 ? 255 : object;
      }
    }
    const sides = [cx - size, cy - size, cx + size, cy + size].map((one) => Math.max(0, Math.round(one)));
    const names = ['xmin', 'ymin', 'xmax', 'ymax'];
    const box = names.map((name, i) => `<${name}>${sides[i]}</${name}>`).join('');
    boxes.push(`<object><name>c${kind}</name><pose>Left</pose><bndbox>${box}</bndbox></object>`);
  }
  return { classes, objects, boxes };
}

async function makeSource(): Promise<void> {
  const folders = ['JPEGImages', 'SegmentationClass', 'SegmentationObject', 'Annotations'];
  for (const name of folders) mkdirSync(path.join(source, name), { recursive: true });
  const background = { r: 90, g: 120, b: 60 };
  const jpeg = path.join(folder, 'picture.jpg');
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background } })
    .jpeg()
    .toFile(jpeg);
  const size = { width: WIDTH, height: HEIGHT, palette: PALETTE };
  const kinds = Array.from({ length: KINDS }, (_, kind) => {
    const { classes, objects, boxes } = drawMasks(kind + 1);
    writeFileSync(path.join(folder, `classes-${kind}`), writeIndexed(classes, size));
    writeFileSync(path.join(folder, `objects-${kind}`), writeIndexed(objects, size));
    return boxes;
  });
  for (let i = 0; i < images; i++) {
    const kind = i % KINDS;
    linkSync(jpeg, path.join(source, 'JPEGImages', `${stemOf(i)}.jpg`));
    // Copies: links to one file would be read from a warm cache of the processor.
    for (const [of, target] of [
      ['classes', 'SegmentationClass'],
      ['objects', 'SegmentationObject'],
    ] as const)
      writeFileSync(
        path.join(source, target, `${stemOf(i)}.png`),
        readFileSync(path.join(folder, `${of}-${kind}`)),
      );
    if (values.xml)
      writeFileSync(
        path.join(source, 'Annotations', `${stemOf(i)}.xml`),
        `<annotation><filename>${stemOf(i)}.jpg</filename>${(kinds[kind] ?? []).join('\n')}</annotation>`,
      );
  }
}

async function runHost(
  action: 'import' | 'export',
  task: string,
  data: string,
  project: string,
): Promise<Cost> {
  mkdirSync(path.join(task, 'results'), { recursive: true });
  symlinkSync(data, path.join(task, 'data'));
  const config = {
    action,
    task_id: 1,
    res_names: { project },
    options: {},
    append_to_existing_project: false,
  };
  writeFileSync(path.join(task, 'task_config.json'), JSON.stringify(config));
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, ['--max-semi-space-size=16', host, action, 'voc'], {
    env: { ...process.env, SLY_TASK_DIR: task },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let [peak, cpu] = [0, 0];
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, memoryOf(child.pid ?? 0).peak);
      const stat = readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8');
      const fields = stat.split(') ')[1]?.split(' ') ?? [];
      // utime and stime, in hundredths of a second.
      cpu = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the host ended with ${code}`);
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, cpu, peak };
}

/** What was imported, laid out as the agent does it for an export. */
function makeProject(task: string): string {
  const data = path.join(folder, 'exported');
  const project = path.join(data, 'project');
  mkdirSync(path.join(project, 'ann'), { recursive: true });
  const results = path.join(task, 'results');
  writeFileSync(path.join(project, 'meta.json'), readFileSync(path.join(results, 'meta.json')));
  const lines: string[] = [];
  for (const segment of readdirSync(path.join(results, 'segments')).sort()) {
    for (const line of readFileSync(path.join(results, 'segments', segment), 'utf8').split('\n')) {
      if (!line.startsWith('{"kind":"item"')) continue;
      const { name, dataset, ann, width, height } = JSON.parse(line) as Record<string, unknown>;
      writeFileSync(path.join(project, 'ann', `${String(name)}.json`), JSON.stringify(ann));
      lines.push(
        JSON.stringify({
          dataset,
          name,
          image: 'picture.jpg',
          ann: `ann/${String(name)}.json`,
          width,
          height,
        }),
      );
    }
  }
  linkSync(path.join(folder, 'picture.jpg'), path.join(project, 'picture.jpg'));
  writeFileSync(path.join(project, 'items.ndjson'), `${lines.join('\n')}\n`);
  return data;
}

/** Both masks of each picture decoded to pixels, on all cores, and nothing done with them. */
async function decodeOnly(): Promise<void> {
  const files = ['SegmentationClass', 'SegmentationObject'].flatMap((name) =>
    readdirSync(path.join(source, name)).map((file) => path.join(source, name, file)),
  );
  let next = 0;
  const decode = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++])
      await sharp(file).raw().toBuffer();
  };
  await Promise.all(Array.from({ length: 4 }, decode));
}

/** Rows of as many masks compressed as PNG does it by default, in one thread. */
function encodeOnly(): void {
  const kinds = Array.from({ length: KINDS }, (_, kind) => drawMasks(kind + 1));
  for (let i = 0; i < images; i++) {
    const kind = kinds[i % KINDS];
    if (kind !== undefined) for (const rows of [kind.classes, kind.objects]) deflateSync(rows);
  }
}

async function best(work: (run: number) => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) costs.push(await work(run));
  return {
    seconds: Math.min(...costs.map(({ seconds }) => seconds)),
    cpu: Math.min(...costs.map(({ cpu }) => cpu)),
    peak: Math.max(...costs.map(({ peak }) => peak)),
  };
}

try {
  await makeSource();
  const imported = await best((run) => runHost('import', path.join(folder, `in-${run}`), source, 'bench'));
  const data = makeProject(path.join(folder, 'in-0'));
  const exported = await best((run) => runHost('export', path.join(folder, `out-${run}`), data, 'project'));
  const decoded = await timed(decodeOnly);
  const encoded = await timed(encodeOnly);
  const told = ({ seconds, cpu, peak }: Cost) => ({
    seconds: round(seconds),
    imagesPerSecond: Math.round(images / seconds),
    cpuMsPerImage: round((1000 * cpu) / images),
    peakMB: mb(peak),
  });
  say('voc-masks', {
    images,
    xml: values.xml,
    maskKB: round(statSync(path.join(source, 'SegmentationClass', `${stemOf(0)}.png`)).size / 1000, 1),
    import: told(imported),
    decodeSeconds: round(decoded.seconds),
    export: told(exported),
    deflateSeconds: round(encoded.seconds),
    runs,
  });
} finally {
  remove();
}
