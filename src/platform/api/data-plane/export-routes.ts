/** Projects as an export reads them. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { ProjectRow } from '../../store/repositories/projects.ts';
import { registerAnnotationRoutes } from './annotation-routes.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { pathNumber } from './path-number.ts';

const MOST_FOUND = 10;
const PAGE = 500;
const MOST_ITEMS = 5000;
/** Read from the database at once: annotations may be megabytes each. */
const ITEMS_AT_ONCE = 50;
const MOST_DATASETS = 10_000;

interface ItemsQuery {
  after?: string;
  limit?: string;
  datasets?: string;
}

export function registerExportRoutes(app: FastifyInstance, deps: DataPlaneDeps): void {
  const { exports, projects } = deps.stores;

  /** What is not of the agent's own team is not there for it. */
  async function visible(id: number, { agentTeamId }: FastifyRequest): Promise<ProjectRow | undefined> {
    const project = await projects.get(id);
    return agentTeamId === null || project?.teamId === agentTeamId ? project : undefined;
  }

  async function need(id: number, request: FastifyRequest): Promise<void> {
    if ((await visible(id, request)) === undefined)
      throw new SlyError('SLY_NOT_FOUND', { detail: `project ${id}` });
  }

  registerAnnotationRoutes(app, deps, need);

  app.get<{ Querystring: { find?: string } }>('/projects', async (request) => {
    const word = request.query.find ?? '';
    const found: Pick<ProjectRow, 'id' | 'name'>[] = [];
    const byId = /^[1-9]\d{0,14}$/.test(word) ? await visible(Number(word), request) : undefined;
    if (byId !== undefined) found.push(byId);
    const filter = [{ field: 'name', operator: '=', value: word }] as const;
    const { agentTeamId: team } = request;
    const { entities } = await projects.list({
      filter,
      perPage: MOST_FOUND,
      ...(team !== null && { visible: { teams: [team] } }),
    });
    for (const one of entities) if (one.id !== byId?.id) found.push(one);
    return { projects: found.slice(0, MOST_FOUND).map(({ id, name }) => ({ id, name })) };
  });

  app.get<{ Params: { id: string } }>('/projects/:id', async (request) => {
    const id = pathNumber(request.params.id, 'project');
    await need(id, request);
    return exports.project(id);
  });

  app.get<{ Params: { id: string }; Querystring: ItemsQuery }>(
    '/projects/:id/items',
    async (request, reply) => {
      const id = pathNumber(request.params.id, 'project');
      const after = pathNumber(request.query.after ?? '0', 'after', 0);
      const limit = Math.min(pathNumber(request.query.limit ?? String(PAGE), 'limit'), MOST_ITEMS);
      const datasetIds = datasetsOf(request.query.datasets);
      await need(id, request);

      async function* lines(): AsyncGenerator<string> {
        let last = after;
        for (let left = limit; left > 0; ) {
          const page = await exports.items(id, {
            after: last,
            limit: Math.min(left, ITEMS_AT_ONCE),
            ...(datasetIds !== undefined && { datasetIds }),
          });
          for (const item of page) {
            yield `${JSON.stringify(item)}\n`;
            last = item.id;
          }
          left = page.length < ITEMS_AT_ONCE ? 0 : left - page.length;
        }
      }
      return reply.type('application/x-ndjson').send(Readable.from(lines(), { objectMode: false }));
    },
  );
}

function datasetsOf(text: string | undefined): number[] | undefined {
  if (text === undefined || text === '') return undefined;
  const parts = text.split(',');
  if (parts.length > MOST_DATASETS) {
    throw new SlyError('SLY_TOO_LARGE', {
      detail: `datasets: expected at most ${MOST_DATASETS}, got ${parts.length}`,
    });
  }
  return parts.map((one) => pathNumber(one, 'datasets'));
}
