/** What a job has to say and which tags it needs, kept until the thread that writes the project can deal with it. */
import type { WantedTag } from '../../src/format/model.ts';
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import type { Level, ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import type { Note, UsedTag } from './convert-job.ts';

export interface JobBook extends Pick<ProblemBook, 'note'> {
  notes(): Note[];
}

/** As many as a report shows of one kind. */
const SHOWN = 10;

export function createJobBook(): JobBook {
  const kinds = new Map<string, Note>();
  return {
    note(level: Level, kind: string, describe: () => Problem) {
      const key = `${level} ${kind}`;
      const known = kinds.get(key);
      if (known === undefined) kinds.set(key, { level, kind, problems: [describe()], more: 0 });
      else if (known.problems.length < SHOWN) known.problems.push(describe());
      else known.more++;
    },
    notes: () => [...kinds.values()],
  };
}

/** Hands on what a job noted. */
export function noteAll(book: ProblemBook, notes: readonly Note[]): void {
  for (const { level, kind, problems, more } of notes) {
    for (const problem of problems) book.note(level, kind, () => problem);
    const last = problems.at(-1);
    if (last !== undefined) for (let i = 0; i < more; i++) book.note(level, kind, () => last);
  }
}

export interface JobTags {
  defineTag(wanted: WantedTag): string;
  used(): UsedTag[];
}

/** `names`: those that the project calls otherwise. Any other is taken to keep its name; the project decides later. */
export function createJobTags(names: readonly (readonly [key: string, name: string])[]): JobTags {
  const renamed = new Map(names);
  const used = new Map<string, UsedTag>();
  return {
    defineTag(wanted) {
      const key = JSON.stringify(wanted);
      const known = used.get(key);
      if (known !== undefined) return known.name;
      const name = renamed.get(key) ?? wanted.name;
      used.set(key, { key, wanted, name });
      return name;
    },
    used: () => [...used.values()],
  };
}
