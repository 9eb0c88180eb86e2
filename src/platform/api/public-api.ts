/**
 * Everything the platform answers to people, the page and the SDK. Every route of the server that is registered
 * after this one (the page) is behind the same Host check.
 */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './api-deps.ts';
import { registerCalls } from './calls.ts';
import { registerEvents } from './events.ts';
import { registerFiles } from './files.ts';
import { registerHealth } from './health.ts';
import { registerLogin } from './login.ts';
import type { MethodTable } from './method.ts';
import { accountMethods } from './methods/account.ts';
import { agentMethods } from './methods/agents.ts';
import { annotationMethods } from './methods/annotations.ts';
import { archiveMethods } from './methods/archives.ts';
import { datasetMethods } from './methods/datasets.ts';
import { imageMethods } from './methods/images.ts';
import { projectMethods } from './methods/projects.ts';
import { startMethods } from './methods/start-tasks.ts';
import { taskMethods } from './methods/tasks.ts';
import { assertHost, ownNames } from './origin.ts';

export function registerPublicApi(app: FastifyInstance, deps: ApiDeps): void {
  const own = ownNames(deps);
  app.addHook('onRequest', async (request) => {
    assertHost(request.headers.host, request.socket.localAddress, own);
  });
  registerHealth(app, deps);
  registerLogin(app, deps);
  registerCalls(app, deps, apiMethods(deps));
  registerFiles(app, deps);
  registerEvents(app, deps);
}

/** Every method by its name; documentation is made from this. */
export function apiMethods(deps: ApiDeps): MethodTable {
  return {
    ...accountMethods(deps),
    ...projectMethods(deps),
    ...datasetMethods(deps),
    ...imageMethods(deps),
    ...annotationMethods(deps),
    ...taskMethods(deps),
    ...startMethods(deps),
    ...agentMethods(deps),
    ...archiveMethods(deps),
  };
}
