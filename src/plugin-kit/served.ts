/** What worker modules serve when they are loaded into this thread instead of one of their own. */
import { SlyError } from '../lib/errors.ts';

type Work = (input: unknown) => unknown;

const served = new Map<string, Work>();

export function keepServed(module: string, work: Work): void {
  served.set(module, work);
}

export function servedBy(module: string): Work {
  const work = served.get(module);
  if (work === undefined) throw new SlyError('SLY_INTERNAL', { detail: `${module} serves nothing` });
  return work;
}
