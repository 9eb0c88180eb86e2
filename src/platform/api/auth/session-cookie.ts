/** The session of the page as a cookie. */
import type { IncomingHttpHeaders } from 'node:http';
import { portOf } from './origin.ts';

export const SESSION_MS = 30 * 24 * 3600_000;

/** `Set-Cookie` for a session; an empty one removes it. */
export function sessionCookie(session: string, headers: IncomingHttpHeaders, publicUrl?: string): string {
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  const age = session === '' ? 0 : SESSION_MS / 1000;
  return `${cookieName(headers)}=${session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${age}${secure}`;
}

export function sessionOf(headers: IncomingHttpHeaders): string | undefined {
  const wanted = `${cookieName(headers)}=`;
  const found = headers.cookie?.split(';').find((one) => one.trimStart().startsWith(wanted));
  return found?.trimStart().slice(wanted.length);
}

/** Cookies do not know ports: two platforms on one machine would log each other out under one name. */
function cookieName(headers: IncomingHttpHeaders): string {
  return `sly_session_${portOf(headers.host)}`;
}
