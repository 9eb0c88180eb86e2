/**
 * Writes one COCO file in pieces: `annotations` as they come, then `images`, then the short lists. The order of
 * the lists means nothing to a reader; this one needs no memory.
 */
import type { ArchiveWriter } from '../../src/plugin-kit/plugin.ts';

export interface CocoWriter {
  annotation(value: Record<string, unknown>): Promise<void>;
  /** No annotation may follow. */
  image(value: Record<string, unknown>): Promise<void>;
  end(rest: { licenses: readonly unknown[]; categories?: readonly unknown[] }): Promise<void>;
}

const PIECE_CHARS = 256 << 10;

export async function openCocoFile(archive: ArchiveWriter, path: string, info: unknown): Promise<CocoWriter> {
  const entry = await archive.open(path);
  let piece = `{"info":${JSON.stringify(info)},\n"annotations":[`;
  let list: 'annotations' | 'images' = 'annotations';
  let first = true;

  async function write(text: string): Promise<void> {
    piece += text;
    if (piece.length < PIECE_CHARS) return;
    const full = piece;
    piece = '';
    await entry.write(full);
  }

  async function element(of: 'annotations' | 'images', value: unknown): Promise<void> {
    if (list !== of) {
      list = of;
      first = true;
      await write('\n],\n"images":[');
    }
    const separator = first ? '\n' : ',\n';
    first = false;
    await write(separator + JSON.stringify(value));
  }

  return {
    annotation: (value) => element('annotations', value),
    image: (value) => element('images', value),
    async end({ licenses, categories }) {
      const tail = list === 'annotations' ? '\n],\n"images":[' : '';
      const more = categories === undefined ? '' : `,\n"categories":${JSON.stringify(categories)}`;
      await entry.write(`${piece}${tail}\n],\n"licenses":${JSON.stringify(licenses)}${more}}\n`);
      await entry.end();
    },
  };
}
