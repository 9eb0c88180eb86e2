/** The common options of an import that stand between plugin and project; see chosen-labels.ts. */

export interface ChosenOptions {
  /** Titles; none = all. */
  classes: readonly string[];
  masksAs: 'as-is' | 'polygon' | 'bitmap';
}

/** Undefined when they ask for nothing, so that nothing stands between plugin and project. */
export function chosenOptions({
  classes: titles,
  masks_as,
}: Readonly<Record<string, unknown>>): ChosenOptions | undefined {
  const classes = Array.isArray(titles) ? titles.map(String) : [];
  const masksAs = masks_as === 'polygon' || masks_as === 'bitmap' ? masks_as : 'as-is';
  return classes.length === 0 && masksAs === 'as-is' ? undefined : { classes, masksAs };
}
