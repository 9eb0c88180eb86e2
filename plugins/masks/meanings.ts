/** Which classes the masks of a picture mean: by the option, by the lists in the tree, by the look of the masks. */
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ClassMaps } from './class-maps.ts';
import type { ClassRule } from './class-rules.ts';
import { classesOfRules, guessedClasses, instanceClasses, type MeantClasses } from './class-titles.ts';
import type { MaskLayout, PictureMasks } from './layout.ts';
import { type Surveyed, surveyMask } from './mask-survey.ts';
import type { ImportOptions } from './options.ts';

const SURVEYED = 48;

/** What masks mean, by the picture they belong to. */
export interface Meanings {
  /** Of a mask with numbers. */
  machine(picture: string): MeantClasses;
  /** Of a mask with colours. */
  rgb(picture: string): MeantClasses;
  instance(picture: string): (named: string) => { title: string; known: boolean };
}

export async function createMeanings(
  ctx: ImportContext,
  layout: MaskLayout,
  maps: ClassMaps,
  { mapping, threshold }: ImportOptions,
): Promise<Meanings> {
  const { project } = ctx;
  const byRules = new Map<readonly ClassRule[], MeantClasses>();
  const instances = new Map<readonly ClassRule[] | undefined, ReturnType<typeof instanceClasses>>();
  const coloursOf = (picture: string): Map<string, string> => {
    const colours = new Map<string, string>();
    for (const { title, look } of maps.semanticFor(picture)?.rules ?? [])
      if (look.kind === 'colours' && look.colours[0] !== undefined)
        colours.set(title, `#${look.colours[0].toString(16).padStart(6, '0').toUpperCase()}`);
    return colours;
  };
  const meant = (rules: readonly ClassRule[], picture: string): MeantClasses => {
    let classes = byRules.get(rules);
    if (classes === undefined) {
      classes = classesOfRules(project, rules, coloursOf(picture));
      byRules.set(rules, classes);
    }
    return classes;
  };
  const rulesFor = (picture: string): readonly ClassRule[] | undefined =>
    mapping ?? maps.machineFor(picture)?.rules;
  // Classes nobody uses are classes of the project too.
  for (const { rules, file } of maps.files) if (mapping === undefined) meant(rules, file);
  if (mapping !== undefined) meant(mapping, '');

  const unexplained = layout.pairs.filter(
    (pair) => pair.machine !== undefined && rulesFor(pair.picture) === undefined,
  );
  const guessed =
    unexplained.length === 0 ? undefined : guessedClasses(project, await survey(ctx, unexplained), threshold);
  const coloured: MeantClasses = guessedClasses(
    project,
    [{ kind: 'colours', width: 1, height: 1, distinct: 1 }],
    0,
  );
  return {
    machine(picture) {
      const rules = rulesFor(picture);
      return rules === undefined ? (guessed ?? coloured) : meant(rules, picture);
    },
    rgb(picture) {
      const rules = mapping ?? maps.semanticFor(picture)?.rules;
      return rules === undefined ? coloured : meant(rules, picture);
    },
    instance(picture) {
      const rules = rulesFor(picture) ?? maps.semanticFor(picture)?.rules;
      let classes = instances.get(rules);
      if (classes === undefined) {
        classes = instanceClasses(project, rules);
        instances.set(rules, classes);
      }
      return classes;
    },
  };
}

/** Some of the masks, from all over the tree. */
async function survey(ctx: ImportContext, pairs: readonly PictureMasks[]): Promise<Surveyed[]> {
  const step = Math.max(1, Math.floor(pairs.length / SURVEYED));
  const surveyed: Surveyed[] = [];
  for (let i = 0; i < pairs.length; i += step) {
    ctx.signal.throwIfAborted();
    ctx.progress('Looking at masks', i, pairs.length);
    const file = pairs[i]?.machine;
    if (file === undefined) continue;
    try {
      surveyed.push(await surveyMask(ctx.tree.locate(file)));
    } catch {
      // Reported when its picture is imported.
    }
  }
  return surveyed;
}
