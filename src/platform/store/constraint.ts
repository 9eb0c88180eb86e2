import { SlyError } from '../../lib/errors.ts';

/** True when the database refused a row because of a UNIQUE index. */
export function isNotUnique(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Runs `work`; a taken name comes out as SLY_NOT_UNIQUE with `what` as its detail. */
export async function orNotUnique<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isNotUnique(cause)) throw cause;
    throw new SlyError('SLY_NOT_UNIQUE', { detail: what, hint: 'Choose another name.', cause });
  }
}

export function missing(what: string): SlyError {
  return new SlyError('SLY_NOT_FOUND', { detail: what });
}
