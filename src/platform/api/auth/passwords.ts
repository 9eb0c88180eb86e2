/**
 * Passwords: scrypt with the parameters OWASP names (N=2^15, r=8, p=3: 32 MiB and some 0.2 s of processor each),
 * a random salt, compared in constant time. As much work is done for nobody's password as for somebody's, so the
 * time of an answer does not tell which logins exist. Only a few at once: each takes memory.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { SlyError } from '../../../lib/errors.ts';
import { createLimit } from '../../../lib/limit.ts';

const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;

const PARAMETERS = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const MOST_AT_ONCE = 2;
const MOST_WAITING = 50;
const ENCODED = /^scrypt\$(\d{2})\$(\d{1,2})\$(\d{1,2})\$([\w+/]{22}==)\$([\w+/]{43}=)$/;

export interface Passwords {
  /** SLY_USAGE when it is too short, too long, or the login. */
  encode(password: string, login: string): Promise<string>;
  /** `stored` undefined or null: nobody's, always false. SLY_TOO_MANY when too many wait already. */
  matches(stored: string | null | undefined, password: string): Promise<boolean>;
}

/** At most `mostWaiting` are worked on or wait at once. */
export function createPasswords({ mostWaiting = MOST_WAITING } = {}): Passwords {
  const limit = createLimit(MOST_AT_ONCE);
  /** What nobody's password is compared with; nothing matches a random key. */
  const nobody = encoded(PARAMETERS, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));
  let waiting = 0;

  async function derive(password: string, salt: Buffer, { ln, r, p }: typeof PARAMETERS): Promise<Buffer> {
    if (waiting >= mostWaiting)
      throw new SlyError('SLY_TOO_MANY', {
        detail: 'too many logins at once',
        hint: 'Try again in a minute.',
      });
    waiting++;
    try {
      const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
      return await limit(
        () =>
          new Promise<Buffer>((resolve, reject) => {
            scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
              error === null ? resolve(key) : reject(error),
            );
          }),
      );
    } finally {
      waiting--;
    }
  }

  return {
    async encode(password, login) {
      assertUsable(password, login);
      const salt = randomBytes(SALT_BYTES);
      return encoded(PARAMETERS, salt, await derive(password, salt, PARAMETERS));
    },

    async matches(stored, password) {
      // Nobody has a longer one; hashing megabytes is no service.
      const isPossible = password.length <= PASSWORD_MAX;
      const match = ENCODED.exec(stored ?? nobody) ?? ENCODED.exec(nobody);
      const [, ln, r, p, salt = '', key = ''] = match ?? [];
      const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
      const derived = await derive(isPossible ? password : '', Buffer.from(salt, 'base64'), parameters);
      return timingSafeEqual(derived, Buffer.from(key, 'base64')) && isPossible && stored != null;
    },
  };
}

function encoded({ ln, r, p }: typeof PARAMETERS, salt: Buffer, key: Buffer): string {
  return `scrypt$${ln}$${r}$${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function assertUsable(password: string, login: string): void {
  const { length } = password;
  if (length < PASSWORD_MIN || length > PASSWORD_MAX) {
    throw new SlyError('SLY_USAGE', {
      detail: `password: expected ${PASSWORD_MIN} to ${PASSWORD_MAX} characters, got ${length}`,
    });
  }
  if (password.toLowerCase() === login.toLowerCase())
    throw new SlyError('SLY_USAGE', { detail: 'password: expected anything but the login' });
}
