/**
 * Names of instance mask files: `<class>.png`, `<class>_01.png`, ... A class title becomes a word that can be a file
 * name and does not end like such a number of another class; writing and reading make the same words of the
 * same list of classes.
 */

/** Title -> word, one to one. */
export function classWords(titles: readonly string[]): Map<string, string> {
  const words = new Map<string, string>();
  const taken = new Set<string>();
  for (const title of titles) {
    const plain = fileWord(title);
    let word = plain;
    for (let n = 2; taken.has(word.toLowerCase()); n++) word = `${plain}-${n}`;
    taken.add(word.toLowerCase());
    words.set(title, word);
  }
  return words;
}

function fileWord(title: string): string {
  const word = [...title]
    .map((char) => (char < ' ' || '/\\:*?"<>|'.includes(char) ? '-' : char))
    .join('')
    .slice(0, 100)
    .replace(/^[. ]+|[. ]+$/g, '-')
    .replace(/_(?=\d+$)/, '-');
  return word === '' ? '-' : word;
}

/** The class a file stem means: a known one with or without a number; else the stem without its numbers. */
export function classOfStem(stem: string, byWord: ReadonlyMap<string, string>): string {
  const whole = byWord.get(stem);
  if (whole !== undefined) return whole;
  const short = stem.replace(/_\d+$/, '');
  return byWord.get(short) ?? stem.replace(/_\d+/g, '');
}
