/** A Fastify that reads every body to its end and sends the next of the replies its parent gave it. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';

process.once('message', async (given: unknown) => {
  const replies = given as Uint8Array[];
  let next = 0;
  const app = Fastify({ bodyLimit: 1 << 30 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => {
    body.on('end', () => done(null)).resume();
  });
  app.post('/*', (_request, reply) => {
    const bytes = replies[next++ % replies.length] ?? new Uint8Array();
    return reply.type('application/json').send(Buffer.from(bytes));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send?.((app.server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit(0));
