/** A process that decodes pictures is used many times; nothing of an order stays with it. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createRenderer } from '../../../../src/platform/pictures/renderer.ts';
import type { RenderOrder } from '../../../../src/platform/pictures/rendition.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

test('thirty pictures by one process leave no listener behind', async () => {
  const program = path.join(tempFolder('renderer'), 'done.mjs');
  writeFileSync(program, "process.on('message', () => process.send({ done: true }));");
  const renderer = createRenderer({ processes: 1, program: pathToFileURL(program) });
  onTestFinished(() => renderer.close());
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  for (let picture = 0; picture < 30; picture++)
    await renderer.render(async () => ({}) as RenderOrder, { signal: new AbortController().signal });
  await delay(50);
  expect(warnings.map((one) => one.name)).toEqual([]);
});
