/** The public API as a test calls it; every reply is held against its contract. */
import { assertReply } from './contract.ts';

export type PlatformApi = <T = Record<string, unknown>>(method: string, body?: unknown) => Promise<T>;

export function platformApi(url: string, token: string): PlatformApi {
  return async <T>(method: string, body: unknown = {}) => {
    const response = await fetch(`${url}/public/api/v3/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': token },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${method}: ${response.status} ${text}`);
    const reply: unknown = JSON.parse(text);
    const fields = typeof body === 'object' && body !== null && 'fields' in body ? body.fields : undefined;
    assertReply(method, fields, reply);
    return reply as T;
  };
}
