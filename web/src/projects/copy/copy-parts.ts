/** What of a project goes along with a copy. A part that stands on one that is left out is left out with it. */
export type CopyPart = 'meta' | 'datasets' | 'items' | 'annotations';

interface Part {
  part: CopyPart;
  needs: readonly CopyPart[];
  /** How `projects.clone` calls it. */
  words: readonly string[];
}

export const COPY_PARTS: readonly Part[] = [
  { part: 'meta', needs: [], words: ['classes', 'projectTags'] },
  { part: 'datasets', needs: [], words: ['datasets'] },
  { part: 'items', needs: ['datasets'], words: ['images', 'imagesTags'] },
  {
    part: 'annotations',
    needs: ['meta', 'items'],
    words: ['annotationObjects', 'annotationObjectsTags', 'figures', 'figuresTags'],
  },
];

/** Those of the wanted parts that can be copied. */
export function copied(wanted: ReadonlySet<CopyPart>): ReadonlySet<CopyPart> {
  const found = new Set<CopyPart>();
  for (const { part, needs } of COPY_PARTS)
    if (wanted.has(part) && needs.every((need) => found.has(need))) found.add(part);
  return found;
}

export const includeOf = (parts: ReadonlySet<CopyPart>): Record<string, boolean> =>
  Object.fromEntries(COPY_PARTS.flatMap(({ part, words }) => words.map((word) => [word, parts.has(part)])));
