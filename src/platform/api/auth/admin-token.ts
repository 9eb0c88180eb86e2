/** The admin's API token in a file of mode 0600 beside the database: how programs of this machine get in. */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../../lib/atomic-file.ts';
import { errnoOf, SlyError } from '../../../lib/errors.ts';
import { newToken } from '../../../lib/ids.ts';
import { TOKEN_SHAPE } from './secrets.ts';

/** Reads the token, or makes one. */
export async function keepAdminToken(file: string): Promise<{ token: string; isNew: boolean }> {
  const kept = readToken(file);
  if (kept !== undefined) {
    chmodSync(file, 0o600);
    return { token: kept, isNew: false };
  }
  const token = newToken();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `${token}\n`, 0o600);
  return { token, isNew: true };
}

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, 'utf8').trim();
    if (TOKEN_SHAPE.test(token)) return token;
    throw new SlyError('SLY_CONFIG', {
      detail: `${file} does not hold a token (16 to 512 letters and digits)`,
      hint: 'Remove the file; a new token is made at the next start.',
    });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
