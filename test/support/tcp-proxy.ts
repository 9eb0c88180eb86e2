/**
 * A TCP proxy with faults, for whoever must notice that the other side is gone: `pass` (with latency),
 * `blackhole` (connections stay open, no byte gets through either way), `drop` (connections are reset and new
 * ones refused), `cutAfter(n)` (the next connection ends after n bytes towards the target).
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  pass(latencyMs?: number): void;
  blackhole(): void;
  drop(): void;
  cutAfter(bytes: number): void;
  /** Connections opened so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: 'pass' | 'blackhole' | 'drop' = 'pass';
  let latencyMs = 0;
  let cut: number | undefined;
  let count = 0;

  const server = createServer((client) => {
    count++;
    if (mode === 'drop') {
      client.resetAndDestroy();
      return;
    }
    const target = dial(targetPort, targetHost);
    let left = cut;
    cut = undefined;
    const ends = [client, target];
    const end = (): void => {
      for (const socket of ends) socket.destroy();
    };
    for (const socket of ends) {
      sockets.add(socket);
      socket.on('error', end);
      // A black hole swallows the end of a connection too.
      socket.on('close', () => {
        sockets.delete(socket);
        if (mode !== 'blackhole') end();
      });
    }
    const carry = (from: Socket, to: Socket, onBytes?: (bytes: number) => void): void => {
      from.on('data', (chunk: Buffer) => {
        if (mode === 'blackhole') return;
        const forward = (): void => {
          if (mode === 'pass' && !to.destroyed) to.write(chunk);
          onBytes?.(chunk.length);
        };
        if (latencyMs > 0) setTimeout(forward, latencyMs);
        else forward();
      });
    };
    carry(client, target, (bytes) => {
      if (left === undefined) return;
      left -= bytes;
      if (left <= 0) end();
    });
    carry(target, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    pass(latency = 0) {
      mode = 'pass';
      latencyMs = latency;
    },
    blackhole() {
      mode = 'blackhole';
    },
    drop() {
      mode = 'drop';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    cutAfter(bytes) {
      cut = bytes;
    },
    connections: () => count,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}
