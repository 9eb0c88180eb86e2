/** Methods that take something away: out of sight, or for good. */
import { Type } from 'typebox';
import { type ApiMethod, ById, DONE, Done, endpoint, type Need, type Scope } from '../method.ts';

export function archiving(
  is: { about: string; needs: Need; of: (id: number) => Scope },
  archive: (id: number) => Promise<void>,
): ApiMethod {
  return endpoint(
    { about: is.about, needs: is.needs, of: ({ id }) => is.of(id), request: ById, response: Done },
    async ({ id }) => {
      await archive(id);
      return DONE;
    },
  );
}

/** `{projects: [{id}, ...]}`, archived or not. */
export function removing(
  key: 'datasets' | 'projects',
  remove: (ids: readonly number[]) => Promise<void>,
): ApiMethod {
  const idsIn = (input: Partial<Record<string, { id: number }[]>>): number[] =>
    (input[key] ?? []).map((one) => one.id);
  return endpoint(
    {
      about: `Removes ${key}, archived or not; their data goes at the next round of the collector.`,
      needs: 'admin',
      of: (input) => ({ [key]: idsIn(input) }),
      request: Type.Object({ [key]: Type.Array(ById, { maxItems: 1000 }) }),
      response: Done,
    },
    async (input) => {
      await remove(idsIn(input));
      return DONE;
    },
  );
}
