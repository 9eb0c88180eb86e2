import { expect, test } from 'vitest';
import { readLegend, readNames } from '../legend-lines.ts';

const brief = (text: string): unknown[] =>
  readLegend(text).classes.map(({ title, from, color }) => [title, color ?? from]);

test.each([
  ['car #00008E', 'car', '#00008E'],
  ['traffic light: #faaa1e', 'traffic light', '#FAAA1E'],
  ['#FAAA1E traffic light', 'traffic light', '#FAAA1E'],
  ['traffic light 250 170 30', 'traffic light', '#FAAA1E'],
  ['250 170 30\t\tTraffic_Light', 'Traffic_Light', '#FAAA1E'],
  ['road,128,64,128', 'road', '#804080'],
  ['road:128,64,128::', 'road', '#804080'],
  ['"sky, blue" 0 0 255', 'sky, blue', '#0000FF'],
  ['7: bus', 'bus', 7],
  ['7 school bus', 'school bus', 7],
  ['bus = 7', 'bus', 7],
])('%s', (line, title, is) => {
  expect(brief(line)).toEqual([[title, is]]);
});

test('comments, headers and empty lines are no classes', () => {
  expect(
    brief('name,r,g,b\r\n\r\n# ours\n// theirs\n# label:color_rgb:parts:actions\ncar,0,0,142\r\n'),
  ).toEqual([['car', '#00008E']]);
});

test('what is no class, is there twice or of another kind is named by its line', () => {
  const { classes, faults } = readLegend(
    'car 0 0 142\nnonsense\nbus 0 0 142\ntree 0 300 0\n5: dog\nvan #112233',
  );
  expect(classes.map(({ title }) => title)).toEqual(['car', 'van']);
  expect(faults.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 expected a name and a colour such as car #00008E, got "nonsense"',
    '3 bus 0 0 142: car has this already',
    '4 expected a name and a colour such as car #00008E, got "tree 0 300 0"',
    '5 expected colours as in the lines before, got 5: dog',
  ]);
});

test('two colours may be one class', () => {
  expect(brief('car 0 0 142\ncar 0 0 143')).toEqual([
    ['car', '#00008E'],
    ['car', '#00008F'],
  ]);
});

test('names of data sets', () => {
  expect(readNames('0: unlabeled\n1: person\n182: wood', 'id-name-minus-one')).toEqual([
    { title: 'person', from: 0, to: 0 },
    { title: 'wood', from: 181, to: 181 },
  ]);
  const info = 'Idx\tRatio\tTrain\tVal\tName\n1\t0.1\t1\t1\twall\n8\t0\t1\t1\tbed ; bunk';
  expect(readNames(info, 'object-info').map(({ title, from }) => [from, title])).toEqual([
    [1, 'wall'],
    [8, 'bed'],
  ]);
  const mapping = 'Instance100\tSceneParse150\n1 8 165\n2 1 3055\n3 99 1';
  expect(readNames(info, 'object-info', mapping).map(({ title, from }) => [from, title])).toEqual([
    [1, 'bed'],
    [2, 'wall'],
  ]);
});
