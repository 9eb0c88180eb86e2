import { randomBytes, randomUUID } from 'node:crypto';

/** A random identity (UUID v4) for tasks, agents, sessions. */
export function newKey(): string {
  return randomUUID();
}

/** A bearer token: 32 random bytes, base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
