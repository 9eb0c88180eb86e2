/**
 * Addresses that read one archive and nothing else, until a time: for curl and download managers, to which nobody
 * should give a token. Made of the archive's id and hash, the time, and a secret of this server (HMAC-SHA-256), so
 * nothing is stored and a link to other bytes is no link.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../../lib/atomic-file.ts';
import type { Clock } from '../../../lib/clock.ts';
import { errnoOf } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';

export interface Signed {
  id: number;
  sha256: Sha256;
}

export interface SignedLinks {
  /** Query string of the link, `expires=...&signature=...`; times are whole seconds. */
  sign(what: Signed, expiresAt: number): string;
  /** False for another archive, a changed or a past time. */
  verify(what: Signed, query: { expires: string; signature: string }): boolean;
}

const SECRET_BYTES = 32;

export function createSignedLinks(deps: { secret: Uint8Array; clock: Clock }): SignedLinks {
  const { secret, clock } = deps;
  const mac = ({ id, sha256 }: Signed, expires: string): Buffer =>
    createHmac('sha256', secret).update(`archive ${id} ${sha256} ${expires}`).digest();

  return {
    sign(what, expiresAt) {
      const expires = String(Math.floor(expiresAt / 1000));
      return `expires=${expires}&signature=${mac(what, expires).toString('base64url')}`;
    },
    verify(what, { expires, signature }) {
      if (!/^\d{1,12}$/.test(expires)) return false;
      const given = Buffer.from(signature, 'base64url');
      const wanted = mac(what, expires);
      return (
        given.length === wanted.length &&
        timingSafeEqual(given, wanted) &&
        Number(expires) * 1000 > clock.now()
      );
    },
  };
}

/** Reads the secret, or makes it; links outlive a restart. A file that holds none is replaced: its links end. */
export async function linkSecret(file: string): Promise<Uint8Array> {
  try {
    const secret = readFileSync(file);
    if (secret.length === SECRET_BYTES) return secret;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const secret = randomBytes(SECRET_BYTES);
  await writeFileAtomic(file, secret, 0o600);
  return secret;
}
