import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { writeCoco } from '../../../bench/convert-coco/generate.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

const HOST = fileURLToPath(new URL('../../../src/plugin-kit/host.ts', import.meta.url));

/** Highest resident memory of an import through the host, in MB. */
async function peakOf(images: number): Promise<number> {
  const folder = tempFolder('memory');
  for (const part of ['data', 'results']) mkdirSync(path.join(folder, part));
  writeCoco(path.join(folder, 'data', 'instances.json'), { images, annotations: images * 8 });
  const config = {
    action: 'import',
    task_id: 1,
    res_names: { project: 'p' },
    options: { links: true },
    append_to_existing_project: false,
  };
  writeFileSync(path.join(folder, 'task_config.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [HOST, 'import', 'coco'], {
    env: { ...process.env, SLY_TASK_DIR: folder },
    stdio: 'ignore',
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1000);
    } catch {
      // It has just ended.
    }
  }, 10);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  expect(code).toBe(0);
  return peak;
}

test.skipIf(process.platform !== 'linux')(
  'eight times the file needs about the same memory',
  async () => {
    const small = await peakOf(2500);
    const large = await peakOf(20_000);
    expect(small).toBeGreaterThan(40);
    expect(large).toBeLessThan(400);
    // 11 MB against 88 MB of JSON, which parsed is 400 MB: what is left is the block that is filled only once.
    expect(large - small).toBeLessThan(240);
  },
  120_000,
);
