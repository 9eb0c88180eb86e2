/** Secrets are random, so one round of SHA-256 keeps them: who reads the database cannot use them. */
import { sha256Of } from '../../../lib/hash.ts';

/** Anything else is no secret of ours, and not looked up. */
export const TOKEN_SHAPE = /^[\w.~+/=-]{16,512}$/;

export const secretHash = (secret: string): string => sha256Of(Buffer.from(secret));
