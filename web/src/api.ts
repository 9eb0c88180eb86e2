/** Calls of the public API by the page's session. Whoever gets 401 is shown the way to log in. */
import { signal } from '@preact/signals';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** `unknown` until the first answer. */
export const session = signal<'unknown' | 'in' | 'out'>('unknown');

interface ErrorBody {
  error?: string;
  details?: { message?: string; hint?: string };
}

export async function call<T>(method: string, body: object = {}, signal?: AbortSignal): Promise<T> {
  return (await (await ask(method, body, signal)).json()) as T;
}

/** For the methods that answer with a file. */
export async function callForFile(method: string, body: object): Promise<Blob> {
  return (await ask(method, body)).blob();
}

/** For answers that are read as they arrive. */
export const callForBody = (method: string, body: object, signal: AbortSignal): Promise<Response> =>
  ask(method, body, signal);

async function ask(method: string, body: object, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(`/public/api/v3/${method}`, {
    method: 'POST',
    // No other site can set the second header on a request with our cookie.
    headers: { 'content-type': 'application/json', 'x-sly-page': '1' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) {
    session.value = 'in';
    return response;
  }
  if (response.status === 401) session.value = 'out';
  const answer = (await response.json().catch(() => ({}))) as ErrorBody;
  throw new ApiError(
    response.status,
    answer.details?.message ?? answer.error ?? `The platform answered ${response.status}`,
    answer.details?.hint,
  );
}

/** Rejects with what is wrong, for a person. */
export async function logIn(login: string, password: string): Promise<void> {
  const response = await fetch('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sly-page': '1' },
    body: JSON.stringify({ login, password }),
  });
  if (response.ok) return;
  const { details } = (await response.json().catch(() => ({}))) as ErrorBody;
  const said = details?.message ?? `The platform answered ${response.status}`;
  throw new ApiError(response.status, response.status === 429 ? `${said}. ${details?.hint ?? ''}` : said);
}

export async function logOut(): Promise<void> {
  await fetch('/logout', { method: 'POST', headers: { 'x-sly-page': '1' } });
  session.value = 'out';
}
