/**
 * YOLO -> segments, through the plugin host in a process of its own, beside what the same bytes cost when they are
 * only read: `node bench/yolo.ts [--images 20000] [--boxes 8] [--runs 3]`. The pictures are hard links to one small
 * PNG. `labelSeconds` is what the labels alone take: reading, finding the task, making labels, in this process.
 * Processor time stands beside it, which other work on the machine changes less than the clock.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import type { YoloClass } from '../plugins/yolo/classes.ts';
import { createLabelStore } from '../plugins/yolo/label-store.ts';
import { createLineReader } from '../plugins/yolo/line-reader.ts';
import { lineKind } from '../plugins/yolo/line-shape.ts';
import { createSurvey } from '../plugins/yolo/survey.ts';
import { type LineContext, labelsOfLine } from '../plugins/yolo/to-labels.ts';
import { freshFolder, mb, median, memoryOf, round, say, timed } from './support/measure.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    boxes: { type: 'string', default: '8' },
    runs: { type: 'string', default: '3' },
  },
});
const [images, boxes, runs] = [Number(values.images), Number(values.boxes), Number(values.runs)];
const host = fileURLToPath(new URL('../src/plugin-kit/host.ts', import.meta.url));
const { folder, remove } = freshFolder('yolo');
const data = path.join(folder, 'data');
const labels = path.join(data, 'labels', 'train');

function make(): number {
  for (const part of ['images', 'labels']) mkdirSync(path.join(data, part, 'train'), { recursive: true });
  const names = Array.from({ length: 80 }, (_, i) => `  ${i}: class ${i}\n`).join('');
  writeFileSync(path.join(data, 'data.yaml'), `train: images/train\nval: images/train\nnames:\n${names}`);
  const picture = path.join(folder, 'picture.png');
  writeFileSync(picture, encode({ width: 64, height: 48, data: new Uint8Array(64 * 48), channels: 1 }));
  let state = images | 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  let bytes = 0;
  for (let i = 0; i < images; i++) {
    const name = String(i).padStart(12, '0');
    let text = '';
    for (let box = 0; box < boxes; box++) {
      const [w, h] = [0.02 + random() * 0.4, 0.02 + random() * 0.4];
      const [x, y] = [w / 2 + random() * (1 - w), h / 2 + random() * (1 - h)];
      text += `${Math.floor(random() * 80)} ${[x, y, w, h].map((value) => value.toFixed(6)).join(' ')}\n`;
    }
    writeFileSync(path.join(labels, `${name}.txt`), text);
    linkSync(picture, path.join(data, 'images', 'train', `${name}.png`));
    bytes += text.length;
  }
  return bytes;
}

/** The same files opened, read and closed, and nothing done with them. */
function readOnly(names: readonly string[]): void {
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const name of names) {
    const fd = openSync(`${labels}/${name}`, 'r');
    readSync(fd, buffer, 0, buffer.length, 0);
    closeSync(fd);
  }
}

function labelsAlone(files: readonly { path: string; size: number }[]): number {
  const store = createLabelStore(
    files.length,
    files.reduce((sum, { size }) => sum + size, 0),
  );
  const reader = createLineReader();
  const survey = createSurvey();
  for (const [i, file] of files.entries()) {
    store.read(i, file.path, file.size);
    reader.load(store.bytes, store.from, store.to);
    survey.take(reader);
  }
  const guess = survey.task('auto', undefined);
  const context: LineContext = {
    size: { width: 64, height: 48 },
    obb: 'polygon',
    keypoints: undefined,
    keepHidden: true,
    keypointBoxes: true,
    boxesOnly: true,
    confidence: (value) => ({ name: 'confidence', value }),
    instance: () => '',
  };
  const owner: YoloClass = { name: 'car', title: 'car', boxTitle: () => 'car', nodes: [] };
  let made = 0;
  for (const [i, file] of files.entries()) {
    store.read(i, file.path, file.size);
    reader.load(store.bytes, store.from, store.to);
    while (reader.next()) {
      const kind = lineKind(guess.task, reader.count, guess.keypoints);
      if (kind === undefined) continue;
      const found = labelsOfLine(reader.values, reader.count, { kind, owner, context });
      if (typeof found !== 'string') made += found.length;
    }
  }
  return made;
}

async function runHost(task: string): Promise<{ seconds: number; peak: number }> {
  mkdirSync(path.join(task, 'results'), { recursive: true });
  const config = {
    action: 'import',
    task_id: 1,
    res_names: { project: 'bench' },
    options: {},
    append_to_existing_project: false,
  };
  writeFileSync(path.join(task, 'task_config.json'), JSON.stringify(config));
  symlinkSync(data, path.join(task, 'data'));
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, ['--max-semi-space-size=16', host, 'import', 'yolo'], {
    env: { ...process.env, SLY_TASK_DIR: task },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, memoryOf(child.pid ?? 0).peak);
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the host ended with ${String(code)}`);
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, peak };
}

interface Cost {
  seconds: number;
  cpu: number;
}

async function cost<T>(work: () => T): Promise<{ cost: Cost; value: T }> {
  const before = process.cpuUsage();
  const { seconds, value } = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { cost: { seconds, cpu: (user + system) / 1e6 }, value };
}

try {
  const bytes = make();
  const names = readdirSync(labels).sort();
  const files = names.map((name) => ({
    path: `${labels}/${name}`,
    size: statSync(`${labels}/${name}`).size,
  }));
  const [limits, alone]: [Cost[], Cost[]] = [[], []];
  const whole: { seconds: number; peak: number }[] = [];
  for (let run = 0; run < runs; run++) {
    limits.push((await cost(() => readOnly(names))).cost);
    const { value, ...spent } = await cost(() => labelsAlone(files));
    if (value !== images * boxes) throw new Error(`expected ${images * boxes} labels, got ${value}`);
    alone.push(spent.cost);
    whole.push(await runHost(path.join(folder, `run-${run}`)));
  }
  say('yolo', {
    images,
    boxes: images * boxes,
    megabytes: round(bytes / 1e6, 1),
    seconds: round(median(whole.map((one) => one.seconds))),
    peakMB: mb(Math.max(...whole.map((one) => one.peak))),
    labelSeconds: round(median(alone.map(({ seconds }) => seconds))),
    labelCpuSeconds: round(median(alone.map(({ cpu }) => cpu))),
    readSeconds: round(median(limits.map(({ seconds }) => seconds))),
    readCpuSeconds: round(median(limits.map(({ cpu }) => cpu))),
    runs,
  });
} finally {
  remove();
}
