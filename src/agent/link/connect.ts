/**
 * Opens the WebSocket: address, certificate authority, proxy, token. What goes wrong leaves here as a
 * LinkRefusal that says whether trying again can help.
 */
import { readFileSync } from 'node:fs';
import { Agent as HttpsAgent } from 'node:https';
import { WebSocket } from 'ws';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { CLOSE_CODES, LINK_PATH, MAX_OFFER_BYTES, SUBPROTOCOL } from '../../protocol/link.ts';

export interface ConnectOptions {
  /** From `linkAddress`. */
  address: URL;
  token: string;
  /** PEM file of an own certificate authority, read anew for each try. */
  caFile?: string;
  handshakeMs: number;
  signal: AbortSignal;
}

export class LinkRefusal extends Error {
  override readonly name = 'LinkRefusal';
  /** Only a person can help. */
  readonly fatal: boolean;

  constructor(message: string, fatal: boolean) {
    super(message);
    this.fatal = fatal;
  }
}

/** `wss://host/agents/v1/link` for an `https://` origin. Plain only to loopback unless allowed; else SLY_CONFIG. */
export function linkAddress(platformUrl: string, allowPlain: boolean): URL {
  const url = URL.canParse(platformUrl) ? new URL(platformUrl) : undefined;
  if (url === undefined || !['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new SlyError('SLY_CONFIG', {
      detail: `expected the platform's address as https://host[:port], got ${JSON.stringify(platformUrl)}`,
    });
  }
  const isPlain = url.protocol === 'http:' || url.protocol === 'ws:';
  if (isPlain && !allowPlain && !isLoopback(url.hostname)) {
    throw new SlyError('SLY_CONFIG', {
      detail: `${url.origin} is not encrypted and not on this machine: the token would travel in the clear`,
      hint: 'Use https://, or set allow_plain_http if the network between is trusted.',
    });
  }
  return new URL(`${isPlain ? 'ws' : 'wss'}://${url.host}${LINK_PATH}`);
}

export async function connect(options: ConnectOptions): Promise<WebSocket> {
  const { address, signal } = options;
  signal.throwIfAborted();
  const ca = options.caFile === undefined ? {} : { ca: readFileSync(options.caFile) };
  // A tunnel by HTTPS_PROXY and NO_PROXY, which Node's own agent understands.
  const isDirect = address.protocol === 'ws:' || isLoopback(address.hostname);
  const agent = isDirect ? undefined : new HttpsAgent({ ...ca, proxyEnv: process.env });
  const ws = new WebSocket(address, SUBPROTOCOL, {
    ...ca,
    ...(agent === undefined ? {} : { agent }),
    headers: { authorization: `Bearer ${options.token}` },
    handshakeTimeout: options.handshakeMs,
    // The platform may send large offers; what we send is checked where it is sent.
    maxPayload: MAX_OFFER_BYTES,
    perMessageDeflate: false,
  });
  const onAbort = (): void => ws.terminate();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(refusalOf(response.statusCode ?? 0));
      });
      ws.on('error', (error) => reject(new LinkRefusal(`${address.host}: ${reasonOf(error)}`, false)));
    });
    return ws;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function refusalOf(status: number): LinkRefusal {
  if (status === 401) return new LinkRefusal(CLOSE_CODES[4401].meaning, true);
  return new LinkRefusal(`the platform answered the upgrade with HTTP ${status}`, false);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function reasonOf(error: Error): string {
  const errno = errnoOf(error);
  // Several addresses were tried and all failed: the first says as much as all of them.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const message = error.message || (first instanceof Error ? first.message : '');
  return errno === undefined || message.includes(errno) ? message : `${errno} ${message}`;
}
