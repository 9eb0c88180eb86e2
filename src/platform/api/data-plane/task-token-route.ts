/** A token of the public API for what runs in an attempt. */
import type { FastifyInstance } from 'fastify';
import { createParser } from '../../../lib/schema.ts';
import { type TaskTokenReply, TaskTokenRequestSchema } from '../../../protocol/publish.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';

const BODY_LIMIT = 4 << 10;
const taskTokenRequest = createParser(TaskTokenRequestSchema);

export function registerTaskTokenRoute(app: FastifyInstance, { auth, tasks }: DataPlaneDeps): void {
  app.post<{ Params: { key: string } }>(
    '/tasks/:key/token',
    { bodyLimit: BODY_LIMIT },
    async (request, reply): Promise<TaskTokenReply> => {
      reply.header('cache-control', 'no-store');
      const { attempt } = taskTokenRequest.parse(request.body, 'request');
      const { id } = await tasks.assertHeld(request.params.key, attempt, request.agentId);
      return { ...(await auth.newTaskToken(request.params.key, attempt)), taskId: id };
    },
  );
}
