/** Classes of the project that the masks of one part of the tree mean. */
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { ClassRule, Look } from './class-rules.ts';
import { classOfStem, classWords } from './class-words.ts';
import type { Meaning } from './mask-reading.ts';
import type { MaskKind, Surveyed } from './mask-survey.ts';

/** Title for what a worker calls `which`; defines the class when it is met first. */
export interface MeantClasses {
  meaning: Meaning;
  titleOf(which: number): string;
}

/** What is called nothing. */
export const UNTITLED = 'untitled';

export function classesOfRules(
  project: ProjectWriter,
  rules: readonly ClassRule[],
  colours: ReadonlyMap<string, string>,
): MeantClasses {
  const looks: Look[] = rules.map(({ look }) => look);
  const titles = rules.map(({ title, look }) => {
    const own = look.kind === 'colours' ? hexOf(look.colours[0] ?? 0) : undefined;
    const color = colours.get(title) ?? own;
    return project.defineClass({ title, shape: 'bitmap', ...(color === undefined ? {} : { color }) });
  });
  return { meaning: { kind: 'looks', looks }, titleOf: (which) => titles[which] ?? UNTITLED };
}

/** Without a word about classes: by what the masks that were looked at are. */
export function guessedClasses(
  project: ProjectWriter,
  surveyed: readonly Surveyed[],
  threshold: number,
): MeantClasses {
  const kinds = new Set<MaskKind>(surveyed.map(({ kind }) => kind));
  if (!kinds.has('colours') && (threshold > 0 || !(kinds.has('numbers') || kinds.has('no-mask')))) {
    return classesOfRules(project, [{ title: UNTITLED, look: { kind: 'all' } }], new Map());
  }
  const coloured = kinds.has('colours');
  const palette = surveyed.find((one) => one.palette !== undefined)?.palette;
  const titles = new Map<number, string>();
  return {
    meaning: { kind: coloured ? 'colours' : 'values' },
    titleOf(which) {
      let title = titles.get(which);
      if (title === undefined) {
        const colour = coloured ? which : palette?.[which];
        title = project.defineClass({
          title: coloured ? hexOf(which) : `class_${which}`,
          shape: 'bitmap',
          ...(colour === undefined || colour === 0 ? {} : { color: hexOf(colour) }),
        });
        titles.set(which, title);
      }
      return title;
    },
  };
}

/** Classes of the masks of single objects, by the name of the file or its folder. */
export function instanceClasses(
  project: ProjectWriter,
  rules: readonly ClassRule[] | undefined,
): (named: string) => { title: string; known: boolean } {
  const titles = rules?.map(({ title }) => title) ?? [];
  const words = new Map([...classWords(titles)].map(([title, word]) => [word, title]));
  const only = titles.length === 1 ? titles[0] : undefined;
  return (named) => {
    const stem = classOfStem(named, words);
    // Numbers and hashes name objects, not classes.
    const nameless = /^(?:[\d_-]*|[0-9a-f-]{16,})$/i.test(stem);
    const title = nameless ? (only ?? UNTITLED) : stem;
    const known = rules === undefined || nameless || titles.includes(title);
    return { title: project.defineClass({ title, shape: 'bitmap' }), known };
  };
}

function hexOf(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0').toUpperCase()}`;
}
