/**
 * `/events`: what happens to tasks and agents, as it happens, for the page (server-sent events). With `?task=<id>`
 * also that task's log. Nothing is replayed: who connects again asks the API for the state of things first.
 * A reader that does not keep up is disconnected instead of being buffered for. Ends with the server, or when a
 * minute's check finds the session gone.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { background } from '../../lib/background.ts';
import type { TaskEvent } from '../ports.ts';
import type { ApiDeps } from './api-deps.ts';

const SIGN_OF_LIFE_MS = 15_000;
const MOST_BUFFERED = 4 << 20;
const MOST_STREAMS = 200;

export function registerEvents(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, log, publicUrl, tasks } = deps;
  const open = new Set<ServerResponse>();

  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });

  app.get('/events', { exposeHeadRoute: false }, async (request, reply) => {
    await auth.authenticate(request.headers, 'events', publicUrl);
    if (open.size >= MOST_STREAMS)
      return reply.code(503).send({ error: 'Too many open event streams', details: {} });
    const { task } = request.query as { task?: unknown };
    const logOf = typeof task === 'string' && /^\d{1,15}$/.test(task) ? Number(task) : undefined;

    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    stream.write('retry: 2000\n\n');
    open.add(stream);

    const send = (text: string): void => {
      if (stream.writableLength > MOST_BUFFERED) stream.destroy();
      else if (!stream.writableEnded) stream.write(text);
    };
    const unsubscribe = tasks.subscribe((event) => {
      if (event.type !== 'log' || event.id === logOf) send(frame(event));
    });
    let beats = 0;
    const alive = setInterval(() => {
      send(': alive\n\n');
      beats += 1;
      if (beats % 4 === 0) {
        background(
          'session check',
          log,
          auth.authenticate(request.headers, 'events', publicUrl).catch(() => stream.end()),
        );
      }
    }, SIGN_OF_LIFE_MS);
    stream.on('close', () => {
      clearInterval(alive);
      unsubscribe();
      open.delete(stream);
    });
    return reply;
  });
}

/** JSON has no line breaks of its own, so one line carries it. */
function frame(event: TaskEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
