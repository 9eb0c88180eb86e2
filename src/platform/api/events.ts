/**
 * `/events`: what happens to tasks and agents, as it happens, for the page (server-sent events). With `?task=<id>`
 * also that task's log. Nothing is replayed: who connects again asks the API for the state of things first.
 * Each reader gets what happens in its own teams. Who does not keep up is disconnected instead of being buffered for.
 * Ends with the server, or when the check that comes with every sign of life finds the session gone.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { background } from '../../lib/background.ts';
import type { TaskEvent } from '../ports/tasks.ts';
import type { ApiDeps } from './api-deps.ts';
import { type Principal, roleIn } from './auth/principal.ts';

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
    let principal = await auth.authenticate(request.headers, 'events', publicUrl);
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
      if (!maySee(principal, event)) return;
      if (event.type !== 'log' || event.id === logOf) send(frame(event));
    });
    async function checkSession(): Promise<void> {
      try {
        principal = await auth.authenticate(request.headers, 'events', publicUrl);
      } catch {
        stream.end();
      }
    }
    const alive = setInterval(() => {
      send(': alive\n\n');
      background('session check', log, checkSession());
    }, SIGN_OF_LIFE_MS);
    stream.on('close', () => {
      clearInterval(alive);
      unsubscribe();
      open.delete(stream);
    });
    return reply;
  });
}

/** That an agent changed is everybody's; what it is, the API tells who may know. */
function maySee(principal: Principal, event: TaskEvent): boolean {
  if (event.type === 'agent' || principal.everywhere !== null) return true;
  const teamId = event.type === 'task' ? event.task.teamId : event.teamId;
  if (teamId === null || roleIn(principal, teamId) === undefined) return false;
  const id = event.type === 'task' ? event.task.id : event.id;
  return principal.task === null || principal.task.id === id;
}

/** JSON has no line breaks of its own, so one line carries it. */
function frame(event: TaskEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
