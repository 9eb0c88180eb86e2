/**
 * COCO -> segments, through the plugin host in a process of its own, beside what the same bytes cost when nothing is
 * converted: `node bench/convert-coco/run.ts --images 10000 [--annotations 73000] [--pictures] [--runs 3]`. The compiled
 * host is run, as in production; `--host src/plugin-kit/host.ts` runs the sources.
 * Without `--pictures` the images are imported as links; with it they are hard links to one small PNG.
 */
import { spawn } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { freshFolder, mb, median, memoryOf, round, say, timed } from '../support/measure.ts';
import { imageName, writeCoco } from './generate.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    annotations: { type: 'string' },
    pictures: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    host: { type: 'string', default: 'dist/src/plugin-kit/host.js' },
  },
});
const images = Number(values.images);
const annotations = Number(values.annotations ?? Math.round(images * 7.2705));
const host = path.resolve(fileURLToPath(new URL('../..', import.meta.url)), values.host);
const { folder, remove } = freshFolder('convert-coco');

interface HostRun {
  seconds: number;
  /** Processor time, which other work on the machine changes less than the clock. */
  cpu: number;
  peak: number;
}

/** Peak memory is read until the process is gone: the kernel keeps the highest value. */
async function runHost(task: string): Promise<HostRun> {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, [host, 'import', 'coco'], {
    env: { ...process.env, SLY_TASK_DIR: task },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak = 0;
  let cpu = 0;
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, memoryOf(child.pid ?? 0).peak);
      const fields =
        readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ') ?? [];
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

try {
  const data = path.join(folder, 'source');
  mkdirSync(data);
  const json = path.join(data, 'instances_train2017.json');
  writeCoco(json, { images, annotations });
  if (values.pictures) addPictures(data);
  const { size } = statSync(json);

  const runs: HostRun[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    const task = path.join(folder, `run-${run}`);
    mkdirSync(path.join(task, 'results'), { recursive: true });
    writeFileSync(
      path.join(task, 'task_config.json'),
      JSON.stringify({
        action: 'import',
        task_id: 1,
        res_names: { project: 'bench' },
        options: { links: !values.pictures },
        append_to_existing_project: false,
      }),
    );
    const target = path.join(task, 'data');
    mkdirSync(target);
    linkSync(json, path.join(target, 'instances_train2017.json'));
    if (values.pictures) {
      mkdirSync(path.join(target, 'train2017'));
      for (let id = 1; id <= images; id++)
        linkSync(path.join(data, 'picture.png'), path.join(target, 'train2017', imageName(id)));
    }
    runs.push(await runHost(task));
  }

  const copy = await timed(() => writeFileSync(path.join(folder, 'copy.json'), readFileSync(json)));
  // One string cannot hold more than 512 MiB.
  const parse =
    size < 536_000_000 ? await timed(() => void JSON.parse(readFileSync(json, 'latin1'))) : undefined;
  say('convert-coco', {
    images,
    annotations,
    megabytes: mb(size),
    seconds: round(median(runs.map((run) => run.seconds))),
    bestSeconds: round(Math.min(...runs.map((run) => run.seconds))),
    cpuSeconds: round(median(runs.map((run) => run.cpu))),
    peakMB: mb(Math.max(...runs.map((run) => run.peak))),
    jsonParseSeconds: parse === undefined ? null : round(parse.seconds),
    copySeconds: round(copy.seconds),
    pictures: values.pictures,
    runs: runs.length,
  });
} finally {
  remove();
}

function addPictures(data: string): void {
  const pixels = new Uint8Array(640 * 480);
  writeFileSync(
    path.join(data, 'picture.png'),
    encode({ width: 640, height: 480, data: pixels, channels: 1 }),
  );
}
