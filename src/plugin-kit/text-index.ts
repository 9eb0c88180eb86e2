/** Numbers for many short texts: which have been there before. A tenth of the memory a Map of strings takes. */
import { freeBuffer } from './free-buffer.ts';
import { createTextColumn } from './text-column.ts';

export interface TextIndex {
  /** Different texts so far. */
  readonly count: number;
  /** Number of the text; it is new when that is what `count` was. */
  add(text: string): number;
  has(text: string): boolean;
  /** Gives the memory back at once. Nothing may be asked afterwards. */
  free(): void;
}

/** `expected`: texts for which there is room from the beginning. */
export function createTextIndex(expected = 16): TextIndex {
  const texts = createTextColumn();
  let hashes = new Uint32Array(Math.max(16, expected));
  /** Number of a text + 1, where its hash or the next free place after it is. */
  let slots = new Uint32Array(slotsFor(hashes.length));
  let count = 0;

  function slotOf(text: string, hash: number): number {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let held = slots[slot] ?? 0; held !== 0; held = slots[slot] ?? 0) {
      if (hashes[held - 1] === hash && texts.get(held - 1) === text) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function grow(): void {
    const more = new Uint32Array(2 * hashes.length);
    more.set(hashes);
    hashes = more;
    slots = new Uint32Array(slotsFor(more.length));
    const mask = slots.length - 1;
    for (let i = 0; i < count; i++) {
      let slot = (hashes[i] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
  }

  return {
    get count() {
      return count;
    },
    add(text) {
      const hash = hashOf(text);
      let slot = slotOf(text, hash);
      const held = slots[slot] ?? 0;
      if (held !== 0) return held - 1;
      if (count === hashes.length) {
        grow();
        slot = slotOf(text, hash);
      }
      texts.add(text);
      hashes[count] = hash;
      slots[slot] = count + 1;
      return count++;
    },
    free() {
      texts.free();
      freeBuffer(hashes);
      freeBuffer(slots);
      count = 0;
    },
    has: (text) => slots[slotOf(text, hashOf(text))] !== 0,
  };
}

/** At most half of them are taken. */
function slotsFor(texts: number): number {
  let size = 32;
  while (size < 2 * texts) size *= 2;
  return size;
}

/** Neighbouring names differ in their last characters: those must reach all bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
