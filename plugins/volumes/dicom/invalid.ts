import { SlyError } from '../../../src/lib/errors.ts';

export function invalid(detail: string, hint?: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail, ...(hint === undefined ? {} : { hint }) });
}
