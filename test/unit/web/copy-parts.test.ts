import { expect, test } from 'vitest';
import { COPY_PARTS, type CopyPart, copied, includeOf } from '../../../web/src/projects/copy/copy-parts.ts';

const only = (...parts: CopyPart[]): CopyPart[] => [...copied(new Set(parts))];

test('a part goes along only with those it stands on', () => {
  const all = COPY_PARTS.map(({ part }) => part);
  expect(only(...all)).toEqual(all);
  expect(only('meta', 'items', 'annotations')).toEqual(['meta']);
  expect(only('datasets', 'items', 'annotations')).toEqual(['datasets', 'items']);
  expect(only()).toEqual([]);
});

test('every word of the API is said, with yes or no', () => {
  const words = ['classes', 'projectTags', 'datasets', 'images', 'imagesTags'];
  const ofObjects = ['annotationObjects', 'annotationObjectsTags', 'figures', 'figuresTags'];
  const said = (...parts: CopyPart[]) => includeOf(new Set(parts));
  expect(Object.keys(said())).toEqual([...words, ...ofObjects]);
  expect(Object.values(said())).not.toContain(true);
  expect(said('meta', 'datasets')).toMatchObject({
    classes: true,
    datasets: true,
    images: false,
    figures: false,
  });
});
