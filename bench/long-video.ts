/**
 * One video with many figures, from a folder to a project and back into an archive, beside the limit: reading and
 * parsing its annotation as one value, and what that takes.
 *
 *   node bench/long-video.ts [--figures 400000] [--runner docker|sandbox]      needs ffmpeg
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { importAndWait, whenEnded } from '../test/support/tasks.ts';
import { freshFolder, mb, memoryOf, round, say, shell, timed } from './support/measure.ts';

const { values } = parseArgs({
  options: { figures: { type: 'string' }, runner: { type: 'string', default: 'sandbox' } },
});
const FIGURES = Number(values.figures ?? 400_000);
const A_FRAME = 40;
const FRAMES = Math.ceil(FIGURES / A_FRAME);
const OBJECTS = 40;
const key = (kind: number, n: number): string => `${kind}${n.toString(16).padStart(31, '0')}`;

async function writeAnnotation(file: string): Promise<void> {
  const out = createWriteStream(file);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const objects = Array.from({ length: OBJECTS }, (_, n) => ({
    key: key(1, n),
    classTitle: 'car',
    tags: [],
  }));
  const head = { size: { height: 64, width: 64 }, description: '', tags: [], objects, framesCount: FRAMES };
  await write(`${JSON.stringify(head).slice(0, -1)},"frames":[`);
  for (let index = 0, made = 0; made < FIGURES; index++) {
    const figures = Array.from({ length: Math.min(A_FRAME, FIGURES - made) }, (_, at) => ({
      key: key(2, made + at),
      objectKey: key(1, at),
      geometryType: 'rectangle',
      geometry: {
        points: {
          exterior: [
            [at, 2],
            [at + 4, 9],
          ],
          interior: [],
        },
      },
    }));
    made += figures.length;
    await write(`${index === 0 ? '' : ','}${JSON.stringify({ index, figures })}`);
  }
  out.end(']}');
  await finished(out);
}

const { folder, remove } = freshFolder('long-video');
const source = path.join(folder, 'source');
const annotation = path.join(source, 'ds', 'ann', 'long.mp4.json');
mkdirSync(path.join(source, 'ds', 'video'), { recursive: true });
mkdirSync(path.dirname(annotation));
const car = { title: 'car', shape: 'rectangle', color: '#FF0000', geometry_config: {} };
writeFileSync(
  path.join(source, 'meta.json'),
  JSON.stringify({ projectType: 'videos', classes: [car], tags: [] }),
);
const video = path.join(source, 'ds', 'video', 'long.mp4');
shell(`ffmpeg -loglevel error -f lavfi -i color=s=64x64:r=25 -frames:v ${FRAMES} -pix_fmt yuv420p ${video}`);
await writeAnnotation(annotation);

const PARSE = `JSON.parse(require('fs').readFileSync(${JSON.stringify(annotation)}, 'utf8'));
  process.stdout.write(String(process.resourceUsage().maxRSS * 1024))`;
const whole = await timed(() => spawnSync(process.execPath, ['-e', PARSE], { encoding: 'utf8' }));

const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  flags: { runner: values.runner, 'log-level': 'warn' },
});
const pid = daemon.process.pid ?? 0;
const idle = memoryOf(pid).now;
try {
  const into = await timed(() => importAndWait(daemon.control, { path: source }, 1_800_000));
  const projectId = into.value.result?.projectId;
  if (projectId === undefined) throw new Error(`no project: ${JSON.stringify(into.value.failure)}`);
  const peakIn = memoryOf(pid).peak;
  const out = await timed(async () => {
    const { key: task } = await daemon.control.export({ project: String(projectId), plugin: 'supervisely' });
    return whenEnded(daemon.control, task, 1_800_000);
  });
  if (out.value.state !== 'succeeded') throw new Error(`no archive: ${JSON.stringify(out.value.failure)}`);
  say('long video', {
    runner: values.runner,
    figures: FIGURES,
    annotationMegabytes: mb(statSync(annotation).size),
    importSeconds: round(into.seconds),
    exportSeconds: round(out.seconds),
    idleMegabytes: mb(idle),
    peakImportMegabytes: mb(peakIn),
    peakMegabytes: mb(memoryOf(pid).peak),
    parsedWholeSeconds: round(whole.seconds),
    parsedWholeMegabytes: mb(Number(whole.value.stdout)),
  });
} finally {
  await daemon.kill();
  remove();
}
