/**
 * What of a script's request goes on to the platform: only the public API, and no header that could say who is asking
 * or where from. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = '/public/api/';
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Of one connection (RFC 9110, 7.6.1), credentials, and what a proxy or a browser says of the caller. */
const KEPT_BACK: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
  ],
  ...['host', 'authorization', 'proxy-authorization', 'proxy-authenticate', 'cookie', 'x-api-key'],
  ...['forwarded', 'via', 'x-real-ip', 'origin', 'referer'],
]);
const KEPT_BACK_PREFIXES = ['x-forwarded-', 'sec-'];
/** The path is what was checked, the method what was sent: no other header may change either. */
const OVERRIDES: ReadonlySet<string> = new Set(['x-http-method-override', 'x-original-url', 'x-rewrite-url']);

/** Undefined when it may go on, else why not. `url`: the request target as it was sent. */
export function whyRefused(method: string | undefined, url: string | undefined): string | undefined {
  if (method === undefined || !METHODS.has(method)) return `the method ${method} is not handed on`;
  const [path = ''] = (url ?? '').split('?', 1);
  if (!path.startsWith(PREFIX)) return `only paths below ${PREFIX} are handed on`;
  // Whatever the other side makes of it must be the path that was looked at here.
  if (!isPlain(path)) return 'the path has parts that could mean another one';
  return undefined;
}

function isPlain(path: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\\\u0000-\u0020\u007f%#]/.test(decoded)) return false;
  const parts = decoded.split('/').slice(1);
  return (
    parts.length === path.split('/').length - 1 && !parts.some((part) => part === '' || /^\.+$/.test(part))
  );
}

/** Those that go on, lower case. Works for both directions. */
export function headersOf(given: IncomingHttpHeaders): Record<string, string | string[]> {
  // Headers named by `connection` are of this connection too.
  const named = String(given.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || KEPT_BACK.has(name) || OVERRIDES.has(name) || named.includes(name)) continue;
    if (KEPT_BACK_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    kept[name] = value;
  }
  return kept;
}

/** Of an answer: nothing that would be kept for the next request. */
export function answerHeaders(given: IncomingHttpHeaders): Record<string, string | string[]> {
  const { 'set-cookie': _cookies, ...kept } = headersOf(given);
  return kept;
}

/** A body is sent with it, however long. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
