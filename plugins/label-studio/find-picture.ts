/** The picture of a task: `data` has an address, and uploads got eight letters before their name. */

import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { Task } from './tasks.ts';

export type TaskPicture =
  | { kind: 'file'; file: string; key: string; rivals: number }
  /** A picture as base64. */
  | { kind: 'embedded'; text: string; key: string }
  | { kind: 'missing'; wanted: unknown };

const USUAL = ['image', 'img', 'picture', 'photo', 'url', 'image_url'];

export function pictureOfTask(
  { data, fileUpload }: Task,
  { keys, match, near }: { keys: readonly string[]; match: ImageMatcher; near: string },
): TaskPicture {
  const named = [...keys, ...USUAL].filter((key) => typeof data[key] === 'string' && data[key] !== '');
  const others = Object.keys(data).filter((key) => !named.includes(key) && looksLikePicture(data[key]));
  for (const key of new Set([...named, ...others])) {
    const text = data[key] as string;
    if (/^data:image\//i.test(text)) return { kind: 'embedded', text, key };
    for (const name of namesOf(text)) {
      const found = match(name, near);
      if (found !== undefined) return { kind: 'file', ...found, key };
    }
  }
  const [key = ''] = [...named, ...others];
  for (const name of fileUpload === undefined ? [] : namesOf(fileUpload)) {
    const found = match(name, near);
    if (found !== undefined) return { kind: 'file', ...found, key };
  }
  return { kind: 'missing', wanted: data[key] ?? fileUpload };
}

/** Ways to read an address, the most exact first. */
function namesOf(text: string): string[] {
  const query = /[?&]d=([^&#]*)/.exec(text)?.[1];
  const path = query === undefined ? text : decoded(query);
  const bare = path.replace(/(^|\/)[0-9a-f]{8}-([^/]+)$/i, '$1$2');
  return bare === path ? [path] : [path, bare];
}

const looksLikePicture = (value: unknown): boolean =>
  typeof value === 'string' &&
  (/^data:image\//i.test(value) || isImageName(value.replace(/[?#].*$/, '')) || isImageName(value));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
