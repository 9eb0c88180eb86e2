/** JSON files: of the source with an error that says where the text breaks, and as they are written. */
import { SlyError } from '../../src/lib/errors.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export async function readJsonFile(tree: SourceTree, file: string): Promise<unknown> {
  const text = await tree.text(file);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw new SlyError('SLY_FORMAT_JSON', {
      detail: text.trim() === '' ? 'expected JSON, got an empty file' : (error as Error).message,
      file,
      cause: error,
    });
  }
}

/** As it is written. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value)}\n`;
