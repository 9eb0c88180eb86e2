/** A container outlives the agent that started it; the next agent finds it and loses nothing of what it said. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { eventually } from '../support/daemon-process.ts';
import { containersOfTask, describeDocker } from '../support/docker.ts';
import { leftovers, projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

describeDocker('after a kill of the agent', () => {
  test('the running container is found again and its items are all there, once', {
    timeout: 180_000,
  }, async () => {
    const root = tempFolder('reattach');
    writeSampleCoco(path.join(root, 'set'), { images: 1 });
    const first = await startDaemon({ data: path.join(root, 'data'), flags: { runner: 'docker' } });
    const { key } = await first.control.import({
      path: path.join(root, 'set'),
      plugin: 'mock',
      options: { items: 60, pauseMs: 150 },
    });
    await eventually(() => (leftovers(first.data).staged > 0 ? true : undefined), {
      what: 'a published segment',
    });
    const before = containersOfTask(key);
    expect(before).toHaveLength(1);
    await first.kill();
    await delay(1_000);
    expect(containersOfTask(key)).toEqual(before);

    const second = await startDaemon({ data: first.data, port: first.port, flags: { runner: 'docker' } });
    const task = await whenEnded(second.control, key, 90_000);
    expect(task.failure).toBeNull();
    assertAllAccounted(task);
    const { items } = snapshotProject(second.data, projectIds(second.data)[0] ?? 0);
    expect(items).toHaveLength(60);
    const { text } = await second.control.log(key, 0);
    expect(text).toContain('found run 1 of mock again');
    // Removed when the task had ended, and not before.
    await eventually(() => (containersOfTask(key).length === 0 ? true : undefined));
  });
});
