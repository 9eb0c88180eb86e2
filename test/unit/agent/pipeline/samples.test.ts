import { describe, expect, test } from 'vitest';
import {
  createSampler,
  drawable,
  MOST_SAMPLES,
  type Sample,
} from '../../../../src/agent/pipeline/previews/samples.ts';

const labelled = { objects: [{ classTitle: 'car' }], tags: [] };
const item = (dataset: string, name: string, ann: unknown = { objects: [] }): Sample => ({
  dataset,
  name,
  ann,
});

function chosenOf(samples: Iterable<Sample>): Sample[] {
  const sampler = createSampler();
  for (const sample of samples) sampler.add(sample);
  return sampler.chosen();
}

describe('samples of a dry run', () => {
  test('few items are all shown, in their order', () => {
    const all = ['a', 'b', 'c'].map((name) => item('ds', name));
    expect(chosenOf(all)).toEqual(all);
    expect(chosenOf([])).toEqual([]);
  });

  test('of many a dozen, from the first to the last, and the same every time', () => {
    const all = Array.from({ length: 100_000 }, (_, at) => item('ds', String(at), labelled));
    const chosen = chosenOf(all);
    expect(chosen).toHaveLength(MOST_SAMPLES);
    const places = chosen.map((one) => Number(one.name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.at(-1)).toBeGreaterThan(50_000);
    expect(chosenOf(all)).toEqual(chosen);
  });

  test('every dataset is seen, and what has labels comes before what has none', () => {
    const all = [
      ...Array.from({ length: 500 }, (_, at) => item('train', `t${at}`, at % 2 === 0 ? labelled : undefined)),
      ...Array.from({ length: 40 }, (_, at) => item('val', `v${at}`, labelled)),
    ];
    const chosen = chosenOf(all);
    expect(new Set(chosen.map((one) => one.dataset))).toEqual(new Set(['train', 'val']));
    expect(chosen.every((one) => one.ann === labelled)).toBe(true);
  });

  test('a lonely labelled item among many is found', () => {
    const all = Array.from({ length: 5000 }, (_, at) =>
      item('ds', `${at}`, at === 3333 ? labelled : undefined),
    );
    expect(chosenOf(all).map((one) => one.name)).toContain('3333');
  });

  test('an annotation that is megabytes, or none at all, is not drawn', () => {
    expect(drawable(labelled)).toBe(labelled);
    expect(drawable({ objects: ['x'.repeat(1 << 20)] })).toBeUndefined();
    for (const none of [undefined, null, 'text', 7, []]) expect(drawable(none)).toBeUndefined();
  });
});
