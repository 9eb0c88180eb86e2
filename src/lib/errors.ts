import { ERROR_CODES, type ErrorCodeName, type ErrorKind } from './error-codes.ts';

/** What a person needs to act on a failure; also the wire form of every failure. */
export interface FailureInfo {
  code: string;
  /** One short sentence, the same for every case of the code. */
  title: string;
  /** What exactly, where, expected and got. */
  detail: string;
  /** What the person can do about it. */
  hint?: string;
  retryable: boolean;
  /** The file it is about, relative to the source or project. */
  file?: string;
}

export interface SlyErrorOptions {
  detail: string;
  hint?: string;
  file?: string;
  cause?: unknown;
  /** Overrides the code's own kind for this one case. */
  retryable?: boolean;
}

/** The one error class. `message` is the whole sentence a log line shows. */
export class SlyError extends Error {
  override readonly name = 'SlyError';
  readonly code: ErrorCodeName;
  readonly detail: string;
  readonly hint: string | undefined;
  readonly file: string | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCodeName, options: SlyErrorOptions) {
    super(sentence(code, options), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.hint = options.hint;
    this.file = options.file;
    this.retryable = options.retryable ?? ERROR_CODES[code].kind === 'retryable';
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind;
  }

  get exitCode(): number {
    const entry = ERROR_CODES[this.code];
    return 'exit' in entry ? entry.exit : 1;
  }
}

/** The only place where an error's parts become a sentence. */
export function sentence(code: ErrorCodeName, parts: Omit<SlyErrorOptions, 'cause'>): string {
  const where = parts.file === undefined ? '' : ` (${parts.file})`;
  const hint = parts.hint === undefined ? '' : ` Hint: ${parts.hint}`;
  return `${ERROR_CODES[code].title}${where}: ${parts.detail}${hint}`;
}

/** Turns whatever was thrown into a SlyError; the first typed error of a cause chain wins. */
export function toSlyError(thrown: unknown): SlyError {
  for (let at: unknown = thrown, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof SlyError) return at;
  }
  if (thrown instanceof Error) {
    const code = errnoOf(thrown);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new SlyError('SLY_DISK_FULL', {
        detail: thrown.message,
        hint: 'Free some room; the work goes on by itself.',
        cause: thrown,
      });
    }
    if (thrown.name === 'AbortError')
      return new SlyError('SLY_ABORTED', { detail: thrown.message, cause: thrown });
    if (thrown.name === 'TimeoutError')
      return new SlyError('SLY_TIMEOUT', { detail: thrown.message, cause: thrown });
    return new SlyError('SLY_INTERNAL', { detail: thrown.message, cause: thrown });
  }
  return new SlyError('SLY_INTERNAL', { detail: String(thrown) });
}

export function toFailureInfo(thrown: unknown): FailureInfo {
  const error = toSlyError(thrown);
  return {
    code: error.code,
    title: ERROR_CODES[error.code].title,
    detail: error.detail,
    retryable: error.retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.file === undefined ? {} : { file: error.file }),
  };
}

/** A failure that came over a wire; a code of a newer version becomes SLY_INTERNAL. */
export function fromFailureInfo({ code, detail, hint, retryable, file }: FailureInfo): SlyError {
  return new SlyError(code in ERROR_CODES ? (code as ErrorCodeName) : 'SLY_INTERNAL', {
    detail,
    retryable,
    ...(hint !== undefined && { hint }),
    ...(file !== undefined && { file }),
  });
}

/** The system's own error name (`ENOENT`, `EACCES`, ...) if the error carries one. */
export function errnoOf(thrown: unknown): string | undefined {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
