/** Tiny pictures with one rectangle each, all different. */
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { encode } from 'fast-png';
import type { ImageAnnotation } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';

const SIDE = 8;

export async function addItems(
  ctx: ImportContext,
  {
    count,
    pauseMs,
    crashAfter,
    failAfter,
  }: { count: number; pauseMs: number; crashAfter: number; failAfter: number },
): Promise<void> {
  const classTitle = ctx.project.defineClass({ title: 'thing', shape: 'rectangle' });
  for (let index = 0; index < count; index++) {
    const name = `mock-${String(index).padStart(6, '0')}.png`;
    const { absolute, result } = ctx.project.resultFile(name);
    writeFileSync(absolute, picture(index));
    await ctx.project.add({
      dataset: 'mock',
      name,
      result,
      mime: 'image/png',
      width: SIDE,
      height: SIDE,
      annotation: annotation(classTitle),
    });
    ctx.progress('Making items', index + 1, count);
    if (index + 1 === crashAfter) process.kill(process.pid, 'SIGKILL');
    if (index + 1 === failAfter)
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `expected more than ${failAfter} items, got a test`,
        hint: 'Ask for fewer faults.',
        file: name,
      });
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal: ctx.signal });
  }
}

function picture(index: number): Uint8Array {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let at = 0; at < data.length; at++) data[at] = (index >> ((at % 4) * 8)) & 0xff;
  return encode({ width: SIDE, height: SIDE, data, channels: 3 });
}

function annotation(classTitle: string): ImageAnnotation {
  const exterior: [number, number][] = [
    [1, 1],
    [5, 5],
  ];
  return {
    description: '',
    size: { height: SIDE, width: SIDE },
    tags: [],
    objects: [
      {
        classTitle,
        tags: [],
        geometryType: 'rectangle',
        shape: 'rectangle',
        points: { exterior, interior: [] },
      },
    ],
  };
}
