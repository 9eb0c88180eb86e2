/** Id codes to numbers, for as many as are known beforehand: a Map of them is the largest thing of the heap. */

export interface IdMap {
  /** False when the id is there already; its number stays. */
  add(id: number, value: number): boolean;
  get<T>(id: number, otherwise: T): number | T;
}

/** Ids are whole numbers. */
export function createIdMap(most: number): IdMap {
  let size = 16;
  while (size < 2 * most) size *= 2;
  const mask = size - 1;
  const ids = new Float64Array(size);
  const values = new Uint32Array(size);
  const taken = new Uint8Array(size);

  function slotOf(id: number): number {
    let slot = hashOf(id) & mask;
    while (taken[slot] !== 0 && ids[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  return {
    add(id, value) {
      const slot = slotOf(id);
      if (taken[slot] !== 0) return false;
      taken[slot] = 1;
      ids[slot] = id;
      values[slot] = value;
      return true;
    },
    get(id, otherwise) {
      const slot = slotOf(id);
      return taken[slot] === 0 ? otherwise : (values[slot] ?? 0);
    },
  };
}

function hashOf(id: number): number {
  const low = id | 0;
  const high = Math.floor(id / 2 ** 32) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
