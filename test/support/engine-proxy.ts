/** A door to the Docker engine that a test can slam: what the engine looks like while it is restarted. */
import { connect, createServer, type Socket } from 'node:net';

export interface EngineProxy {
  socketPath: string;
  /** Breaks every connection and refuses new ones. */
  slam(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startEngineProxy(target: string, socketPath: string): Promise<EngineProxy> {
  const pairs = new Set<Socket>();
  let isOpen = true;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (!isOpen) {
      client.destroy();
      return;
    }
    const engine = connect({ path: target, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      pairs.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.pipe(engine);
    engine.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const slam = (): void => {
    isOpen = false;
    for (const socket of pairs) socket.destroy();
  };
  return {
    socketPath,
    slam,
    open() {
      isOpen = true;
    },
    async close() {
      slam();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
