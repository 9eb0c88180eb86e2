/**
 * The door: turns an HTTP upgrade on LINK_PATH into a session. Nobody becomes a WebSocket without a valid
 * token; browsers (an Origin header that was not allowed) stay out.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { background } from '../../lib/background.ts';
import type { Logger } from '../../lib/log.ts';
import { LINK_PATH, MAX_FRAME_BYTES, SUBPROTOCOL } from '../../protocol/link.ts';

export interface DoorDeps {
  authenticate(token: string): Promise<{ id: number; name: string } | undefined>;
  onSession(ws: WebSocket, who: { agentId: number; name: string }): void;
  allowedOrigins: readonly string[];
  log: Logger;
}

export interface Door {
  attach(server: Server): void;
  /** Closes every connection with 1001 and lets nobody in any more. */
  close(): Promise<void>;
}

const LAST_WORDS_MS = 500;

export function createDoor({ authenticate, onSession, allowedOrigins, log }: DoorDeps): Door {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  let isClosed = false;

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the WebSocket has it, an error of the socket has no other listener.
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    const origin = request.headers.origin;
    if (origin !== undefined && !allowedOrigins.includes(origin)) return refuse(socket, 403, 'Forbidden');
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
    if (!protocols.includes(SUBPROTOCOL)) return refuse(socket, 400, 'Bad Request');
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const agent = token === undefined ? undefined : await authenticate(token);
    if (agent === undefined) return refuse(socket, 401, 'Unauthorized');
    if (isClosed) return refuse(socket, 503, 'Service Unavailable');
    socket.off('error', onError);
    wss.handleUpgrade(request, socket, head, (ws) => onSession(ws, { agentId: agent.id, name: agent.name }));
  }

  return {
    attach(server) {
      server.on('upgrade', (request, socket, head) => {
        const path = (request.url ?? '').split('?')[0];
        if (path === LINK_PATH) {
          background(
            'upgrade',
            log,
            admit(request, socket, head).catch((error: unknown) => {
              refuse(socket, 503, 'Service Unavailable');
              throw error;
            }),
          );
        } else if (server.listenerCount('upgrade') === 1) {
          refuse(socket, 404, 'Not Found');
        }
      });
    },
    async close() {
      isClosed = true;
      const open = [...wss.clients];
      for (const ws of open) ws.close(1001, 'the platform stops');
      await Promise.all(
        open.map(
          (ws) =>
            new Promise<void>((resolve) => {
              const timer = setTimeout(() => ws.terminate(), LAST_WORDS_MS);
              const done = (): void => {
                clearTimeout(timer);
                resolve();
              };
              if (ws.readyState === ws.CLOSED) done();
              else ws.once('close', done);
            }),
        ),
      );
    },
  };
}

function refuse(socket: Duplex, status: number, text: string): void {
  if (socket.destroyed) return;
  const answer = `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}
