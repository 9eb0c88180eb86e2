/**
 * What a task costs beside its work: a plugin that does nothing, from submission to the end, beside
 * `docker run --rm IMAGE true` (or, in the sandbox, one start of Node).
 *
 *   node bench/task-overhead.ts [--runner docker|sandbox] [--runs 20]
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { programVersion } from '../src/lib/version.ts';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { writeSampleCoco } from '../test/support/sample-coco.ts';
import { importAndWait } from '../test/support/tasks.ts';
import { freshFolder, median, round, say, timed } from './support/measure.ts';

const { values } = parseArgs({
  options: { runner: { type: 'string', default: 'docker' }, runs: { type: 'string', default: '20' } },
});
const runs = Number(values.runs);
const { folder, remove } = freshFolder('overhead');
const source = path.join(folder, 'one');
writeSampleCoco(source, { images: 1 });

const image = `sly-agent/plugins:${programVersion()}`;
const reference =
  values.runner === 'docker'
    ? ['docker', 'run', '--rm', '--network', 'none', '--entrypoint', 'true', image]
    : [process.execPath, '-e', '0'];

const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  flags: { runner: values.runner, 'log-level': 'info' },
});
try {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const [program = '', ...words] = reference;
    const plain = await timed(() => spawnSync(program, words));
    const { value: task } = await timed(() =>
      importAndWait(daemon.control, { path: source, plugin: 'mock', options: { items: 1 } }),
    );
    // The first of both warms up.
    if (run === 0) continue;
    theirs.push(plain.seconds * 1000);
    ours.push(Date.parse(task.updatedAt) - Date.parse(task.createdAt));
  }
  say('task-overhead', {
    runner: values.runner,
    runs,
    taskMs: round(median(ours), 0),
    referenceMs: round(median(theirs), 0),
    reference: values.runner === 'docker' ? 'docker run --rm true' : 'node -e 0',
    ratio: round(median(ours) / median(theirs)),
  });
} finally {
  await daemon.kill();
  remove();
}
