import { describe, expect, it } from 'vitest';
import { nameProblem, numberedName } from '../../../../src/platform/store/entry-names.ts';

describe('names of datasets and items', () => {
  it.each([
    ['', 'empty'],
    ['.', '"."'],
    ['..', '".."'],
    ['a/b', 'slash'],
    ['a\0', 'NUL'],
    ['\ud800', 'Unicode'],
    ['ä'.repeat(128), '256 bytes'],
  ])('refuses %j', (name, why) => {
    expect(nameProblem(name)).toContain(why);
  });

  it.each(['a', '...', 'a b.jpg', '名前', 'x'.repeat(255)])('takes %j', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it('puts the number before the ending', () => {
    expect(numberedName('photo.jpg', 1)).toBe('photo_01.jpg');
    expect(numberedName('scan.tar.gz', 12)).toBe('scan.tar_12.gz');
    expect(numberedName('.hidden', 3)).toBe('.hidden_03');
    expect(numberedName('none', 123)).toBe('none_123');
  });

  it('stays a valid name when the old one was as long as it may be', () => {
    for (const name of [`${'ä'.repeat(125)}.jpeg`, 'y'.repeat(255), `${'😀'.repeat(62)}.jpg`]) {
      const numbered = numberedName(name, 1);
      expect(nameProblem(numbered)).toBeUndefined();
      expect(Buffer.byteLength(numbered)).toBeGreaterThan(250);
    }
  });
});
