/** Which picture is in which list, and the lists of ImageSets. A name and a few numbers a picture are kept. */
import type { ArchiveWriter } from '../../src/plugin-kit/plugin.ts';
import { SPLITS, type Split } from '../../src/plugin-kit/splits.ts';

export interface ImageSetFiles {
  add(picture: { name: string; split: Split; segmented: boolean; classes: Iterable<string> }): void;
  /** True when lists of single classes were written; of very many they are not. */
  write(archive: ArchiveWriter, folder: string): Promise<boolean>;
}

interface Listed {
  name: string;
  split: Split;
  segmented: boolean;
}

/** Lines of all lists of single classes together. */
const MAX_CLASS_LINES = 50_000_000;
const PIECE = 4096;

export function createImageSetFiles(): ImageSetFiles {
  const listed: Listed[] = [];
  /** Places in `listed` of the pictures that have the class, ascending. */
  const byClass = new Map<string, number[]>();

  async function writeList(archive: ArchiveWriter, path: string, lines: Iterable<string>): Promise<void> {
    const file = await archive.open(path);
    let piece: string[] = [];
    for (const line of lines) {
      piece.push(line);
      if (piece.length < PIECE) continue;
      await file.write(`${piece.join('\n')}\n`);
      piece = [];
    }
    if (piece.length > 0) await file.write(`${piece.join('\n')}\n`);
    await file.end();
  }

  function* names(wanted: readonly Split[], segmented: boolean): Generator<string> {
    for (const one of listed) if (wanted.includes(one.split) && (!segmented || one.segmented)) yield one.name;
  }

  function* flags(wanted: readonly Split[], having: readonly number[]): Generator<string> {
    let next = 0;
    for (const [i, { name, split }] of listed.entries()) {
      const has = having[next] === i;
      if (has) next++;
      if (wanted.includes(split)) yield `${name} ${has ? 1 : -1}`;
    }
  }

  return {
    add({ classes, ...one }) {
      for (const name of classes) {
        const places = byClass.get(name);
        if (places === undefined) byClass.set(name, [listed.length]);
        else places.push(listed.length);
      }
      listed.push(one);
    },

    async write(archive, folder) {
      const lists: [string, readonly Split[]][] = [
        ['train', ['train']],
        ['val', ['val']],
        ['trainval', ['train', 'val']],
      ];
      const present = SPLITS.filter((split) => listed.some((one) => one.split === split));
      if (present.includes('test')) lists.push(['test', ['test']]);
      const segmented = listed.some((one) => one.segmented);
      for (const [name, wanted] of lists) {
        await writeList(archive, `${folder}/Main/${name}.txt`, names(wanted, false));
        if (segmented) await writeList(archive, `${folder}/Segmentation/${name}.txt`, names(wanted, true));
      }
      if (byClass.size * listed.length * 2 > MAX_CLASS_LINES) return false;
      for (const [title, having] of [...byClass].sort(([a], [b]) => (a < b ? -1 : 1))) {
        for (const [name, wanted] of lists)
          await writeList(archive, `${folder}/Main/${fileName(title)}_${name}.txt`, flags(wanted, having));
      }
      return true;
    },
  };
}

/** A class's title may hold what a path must not. */
const fileName = (title: string): string => title.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_');
