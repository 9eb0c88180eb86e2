import { expect, test } from 'vitest';
import { detectHere, detectIn } from '../../../test/support/import-here.ts';
import { fixture, png } from './cases.ts';

const BOX = '0 0.5 0.5 1 1\n';

test.each(['detect', 'segment', 'pose', 'obb'])('the fixture %s is YOLO', async (name) => {
  const { confidence, because } = await detectIn('yolo', fixture(name));
  expect(confidence).toBe(0.97);
  expect(because).toMatch(/labels\/.*\.txt has lines of a class number.*\.ya?ml names the classes/);
});

test('Darknet has no yaml, labels beside their pictures are enough', async () => {
  expect(await detectIn('yolo', fixture('darknet'))).toMatchObject({ confidence: 0.93 });
  expect(await detectHere('yolo', { 'a.png': png(), 'a.txt': BOX })).toMatchObject({ confidence: 0.93 });
});

test('labels without pictures, or of other ones, are a guess', async () => {
  expect(await detectHere('yolo', { 'labels/a.txt': BOX })).toMatchObject({ confidence: 0.5 });
  expect(await detectHere('yolo', { 'labels/a.txt': BOX, 'b.png': png() })).toMatchObject({
    confidence: 0.6,
  });
});

test('backgrounds alone', async () => {
  const files = { 'data.yaml': 'names: [car]\ntrain: images\n', 'images/a.png': png(), 'labels/a.txt': '' };
  expect(await detectHere('yolo', files)).toMatchObject({ confidence: 0.8 });
});

const others: [string, string][] = [
  ['DOTA', 'imagesource:GoogleEarth\ngsd:0.1\n1 2 3 4 5 6 7 8 plane 0\n'],
  ['DOTA without headers', '1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0 plane 0\n'],
  ['KITTI', 'Car 0.00 0 1.55 614.24 181.78 727.31 284.77 1.57 1.73 4.15 1.00 1.75 13.22 1.62\n'],
  ['ICDAR', '377,117,463,117,465,130,378,130,Genaxis Theatre\n'],
  ['MOT', '1,1,912,484,97,109,0,7,1\n'],
  ['a list of links', 'https://example.org/a.png\nhttps://example.org/b.png\n'],
  ['a grid of classes', '0 1 1 0 0 1\n0 1 1 0 0 1\n'],
  ['boxes in pixels', '0 12 15 40 60\n'],
  ['prose', 'what a day it was\n'],
];
test.each(others)('%s is not YOLO', async (_, text) => {
  const verdict = await detectHere('yolo', { 'images/a.png': png(), 'labels/a.txt': text });
  expect(verdict.confidence).toBe(0);
  expect(verdict.because).toContain('labels/a.txt');
});

test('JSON, XML and other yaml are not YOLO', async () => {
  const verdict = await detectHere('yolo', {
    'a.png': png(),
    'a.png.json': '{}',
    'a.xml': '<annotation/>',
    'docker.yaml': 'services: {}',
  });
  expect(verdict).toMatchObject({ confidence: 0 });
});
