/** Names of datasets and items: one path part of a file tree, because that is what every export makes of them. */
import { SlyError } from '../../lib/errors.ts';
import { MAX_NAME_BYTES, nameProblem } from '../../lib/name-problem.ts';

export { nameProblem };

export function assertName(name: string, what: 'dataset' | 'item'): void {
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw new SlyError('SLY_USAGE', { detail: `${what} name ${JSON.stringify(shown(name))}: ${problem}` });
}

/** `photo.jpg`, 1 -> `photo_01.jpg`. The stem gives way when the name would become too long. */
export function numberedName(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  const suffix = `_${String(number).padStart(2, '0')}${extension}`;
  return `${cutBytes(name.slice(0, name.length - extension.length), MAX_NAME_BYTES - Buffer.byteLength(suffix))}${suffix}`;
}

/** Short enough for a message. */
export function shown(name: string): string {
  return name.length <= 120 ? name : `${name.slice(0, 117)}...`;
}

/** Never cuts a character in two. */
function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > max) break;
    cut += character;
  }
  return cut;
}
