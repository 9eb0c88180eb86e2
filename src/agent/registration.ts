/**
 * How this agent got its token: a one-time code of an admin, exchanged once. The token is kept with the address it is
 * for, in a file of mode 0600, and is never sent to another platform.
 */
import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import { writeFileAtomic } from '../lib/atomic-file.ts';
import { ERROR_CODES, type ErrorCodeName } from '../lib/error-codes.ts';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { createParser } from '../lib/schema.ts';
import { REGISTER_PATH, type RegisterReply, RegisterReplySchema } from '../protocol/register.ts';
import { linkAddress } from './link/connect.ts';

const FILE = 'platform-token.json';
const ANSWER_MS = 30_000;

const keptSchema = createParser(Type.Object({ url: Type.String(), token: Type.String() }), 'SLY_CONFIG');
const replySchema = createParser(RegisterReplySchema, 'SLY_PLATFORM_REFUSED');

export interface Registration {
  /** Origin of the platform. */
  url: string;
  code: string;
  /** Name of the agent, unless the code is for one that exists. */
  name: string;
  /** Folder of the agent's own files, where the token is kept. */
  folder: string;
  caFile?: string;
  allowPlain: boolean;
}

/** The token that was kept for this platform. SLY_CONFIG when the file cannot be read. */
export function keptToken(folder: string, url: string): string | undefined {
  const file = path.join(folder, FILE);
  try {
    const kept = keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')), file);
    return new URL(kept.url).origin === new URL(url).origin ? kept.token : undefined;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    if (cause instanceof SlyError) throw cause;
    throw new SlyError('SLY_CONFIG', {
      detail: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Remove the file and register again with a new code.',
      cause,
    });
  }
}

/** Exchanges the code and keeps the token. The code is used up even if the answer is lost. */
export async function register(registration: Registration): Promise<RegisterReply & { file: string }> {
  const { url, folder, allowPlain } = registration;
  linkAddress(url, allowPlain);
  const reply = await exchange(registration);
  const file = path.join(folder, FILE);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `${JSON.stringify({ url: new URL(url).origin, token: reply.token })}\n`, 0o600);
  // A file that a crash left half written may have had other rights.
  await chmod(file, 0o600);
  return { ...reply, file };
}

async function exchange({ url, code, name, caFile }: Registration): Promise<RegisterReply> {
  const { Agent, EnvHttpProxyAgent, request } = await import('undici');
  const { origin, hostname } = new URL(url);
  const tls = caFile === undefined ? {} : { connect: { ca: readFileSync(caFile) } };
  const direct = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const dispatcher = direct ? new Agent(tls) : new EnvHttpProxyAgent(tls);
  try {
    const response = await request(`${origin}${REGISTER_PATH}`, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, name }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.body.text();
    if (response.statusCode === 200) return replySchema.parse(JSON.parse(text), origin);
    throw refusal(response.statusCode, text);
  } catch (cause) {
    if (cause instanceof SlyError) throw cause;
    throw new SlyError('SLY_PLATFORM_UNREACHABLE', {
      detail: `${origin}: ${errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause))}`,
      hint: 'The code is still good when the platform never got it, for an hour from when it was made.',
      cause,
    });
  } finally {
    await dispatcher.close();
  }
}

function refusal(status: number, text: string): SlyError {
  let said: { error?: unknown; code?: unknown; details?: { hint?: unknown } } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // A proxy's page; the status says what there is to know.
  }
  const code = typeof said.code === 'string' && said.code in ERROR_CODES ? said.code : 'SLY_PLATFORM_REFUSED';
  const hint = said.details?.hint;
  return new SlyError(code as ErrorCodeName, {
    detail: typeof said.error === 'string' ? said.error : `the platform answered ${status}`,
    ...(typeof hint === 'string' && { hint }),
  });
}
