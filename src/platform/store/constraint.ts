import { SlyError } from '../../lib/errors.ts';
import { NameClash } from './repositories/items.ts';

/** True when the database refused a row because of a UNIQUE index. */
export function isNotUnique(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Runs `work`; a taken name comes out as SLY_NOT_UNIQUE with `what` as its detail, and `holder`, who has it, as its cause. */
export async function orNotUnique<T>(
  what: string,
  work: () => Promise<T>,
  holder?: () => Promise<{ id: number; name: string } | undefined>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isNotUnique(cause)) throw cause;
    const taken = await holder?.();
    throw new SlyError('SLY_NOT_UNIQUE', {
      detail: what,
      hint: 'Choose another name.',
      cause: taken === undefined ? cause : new NameClash([taken]),
    });
  }
}

export function missing(what: string): SlyError {
  return new SlyError('SLY_NOT_FOUND', { detail: what });
}
