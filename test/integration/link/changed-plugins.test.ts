/** A script that comes, changes or goes while the link stands: told with a heartbeat, once. */
import { expect, test } from 'vitest';
import type { PluginOffer } from '../../../src/agent/link/link-handlers.ts';
import { eventually } from '../../support/daemon-process.ts';
import { exportTask, inState, manifestOf, PATIENT_POLICY, pair } from '../../support/link-rig.ts';

const script = (digest: string): PluginOffer => ({
  manifest: manifestOf('count'),
  digest,
  digestOf: 'files',
  script: { file: 'count.py', download: false },
});
const COCO: PluginOffer = { manifest: manifestOf('coco') };

test('it is offered, and work for it dispatched, without a new connection', async () => {
  let now: PluginOffer[] = [COCO];
  const { platform } = await pair({
    auto: true,
    policy: PATIENT_POLICY,
    handlers: { plugins: () => now, pluginsNow: () => now },
  });
  const { directory, tasks } = platform.room;
  const names = async () => (await directory.pluginOffers()).map(({ manifest }) => manifest.name);
  expect(await names()).toEqual(['coco']);

  const task = exportTask('needs-a-script', 0, 'count');
  await tasks.create(task, {});
  now = [COCO, script('sha256:1')];
  const offer = await eventually(
    async () => (await directory.pluginOffers()).find(({ manifest }) => manifest.name === 'count'),
    { what: 'the script' },
  );
  expect(offer).toMatchObject({ digest: 'sha256:1', script: { file: 'count.py', download: false } });
  await inState(platform, task.key, 'succeeded');

  now = [COCO, script('sha256:2')];
  await eventually(
    async () => ((await directory.pluginOffers())[1]?.digest === 'sha256:2' ? true : undefined),
    { what: 'its new bytes' },
  );
  now = [COCO];
  await eventually(async () => ((await names()).length === 1 ? true : undefined), {
    what: 'that it is gone',
  });
});
