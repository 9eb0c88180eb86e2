/**
 * Login and password. Whatever is wrong (no such login, disabled, no password set, wrong password) gets the same
 * answer after the same work.
 */
import { SlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { AccountStore } from '../../store/repositories/accounts.ts';
import type { LoginLimit } from './login-limit.ts';
import type { Passwords } from './passwords.ts';

export interface Credentials {
  login: string;
  password: string;
}

/** SLY_UNAUTHORIZED when they do not fit, SLY_TOO_MANY after too many that did not. */
export type LoginCheck = (credentials: Credentials, remote: string) => Promise<number>;

export function createLoginCheck(deps: {
  accounts: Pick<AccountStore, 'credentials' | 'noteLogin'>;
  passwords: Passwords;
  limit: LoginLimit;
  log: Logger;
}): LoginCheck {
  const { accounts, passwords, limit, log } = deps;
  return async ({ login, password }, remote) => {
    const attempt = limit.begin({ remote, account: login });
    const known = await accounts.credentials(login);
    const usable = known?.disabled === false ? known.password : null;
    const fits = await passwords.matches(usable, password);
    if (!fits || known === undefined) {
      log.warn({ remote }, 'login by password refused');
      throw new SlyError('SLY_UNAUTHORIZED', {
        detail: 'wrong login or password',
        hint: 'An admin can set a new one: sly-agent user passwd LOGIN',
      });
    }
    attempt.succeeded();
    await accounts.noteLogin(known.userId);
    log.info({ remote, userId: known.userId }, 'login by password');
    return known.userId;
  };
}
