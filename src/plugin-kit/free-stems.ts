/** For exports with a text beside each picture: `a.jpg` and `a.png` of one folder would share one, so the second is `a_01`. */
export function createFreeStems(): (folder: string, wanted: string) => string {
  const taken = new Set<string>();
  return (folder, wanted) => {
    let stem = wanted;
    for (let n = 1; taken.has(`${folder}/${stem}`); n++) stem = `${wanted}_${String(n).padStart(2, '0')}`;
    taken.add(`${folder}/${stem}`);
    return stem;
  };
}
