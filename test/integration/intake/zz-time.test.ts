import { it } from 'vitest';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bench, until } from '/work/main/test/integration/intake/intake-bench.ts';
it('timeline', async () => {
  const b = await bench({ scanMs: 500 });
  const t0 = performance.now(); const say = (w: string) => process.stderr.write(w + " " + Math.round(performance.now() - t0) + "\n");
  for (let f = 0; f < 20; f++) { mkdirSync(path.join(b.upload, `set/${f}`), { recursive: true }); for (let i = 0; i < 1000; i++) writeFileSync(path.join(b.upload, `set/${f}/${i}.txt`), `${f} ${i}`); }
  say('made');
  b.finish(await until('the task', () => b.submitted[0], 30_000)); say('task');
  await until('known', () => b.inventory.get('set')?.contentKnown, 30_000); say('known');
  await b.stop(); say('stopped');
}, 100_000);
