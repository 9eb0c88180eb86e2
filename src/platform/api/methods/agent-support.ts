/** Support bundles of agents: made on request, offered for an hour. */
import { Type } from 'typebox';
import { fromFailureInfo, SlyError } from '../../../lib/errors.ts';
import { SupportBundleSchema } from '../../../protocol/questions.ts';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import { found } from '../found.ts';
import { disposition } from '../http/send-blob.ts';
import { ById, endpoint, Id, type MethodTable, Time } from '../method.ts';

const ofId = ({ id }: { id: number }) => ({ agents: [id] });

export function agentSupportMethods({ agents }: ApiDeps): MethodTable {
  return {
    'agents.support-bundle.make': endpoint(
      {
        about:
          'Has an agent make a support bundle: versions, settings, checks, numbers of its journal and the end of its log, without secrets and names of files. One an agent is kept, for an hour.',
        needs: 'admin',
        of: ofId,
        request: ById,
        response: Type.Object({
          ...SupportBundleSchema.properties,
          id: Type.String({ description: 'For `agents.support-bundle.download`.' }),
          expiresAt: Time,
        }),
      },
      async ({ id }, { principal }) => {
        found(await agents.get(id, visibleTo(principal)), `Agent with id: ${id}`);
        const { answer, failure } = await agents.support.make(id);
        if (failure !== undefined) throw fromFailureInfo(failure);
        return answer;
      },
    ),

    'agents.support-bundle.download': endpoint(
      {
        about: 'The bytes of a support bundle, a tar.gz.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, bundle: Type.String({ maxLength: 100 }) }),
        response: 'bytes',
      },
      async ({ id, bundle }, { principal, reply }) => {
        const { name } = found(await agents.get(id, visibleTo(principal)), `Agent with id: ${id}`);
        const bytes = agents.support.bytes(id, bundle);
        if (bytes === undefined) {
          throw new SlyError('SLY_NOT_FOUND', {
            detail: `support bundle ${bundle} of agent ${id} is not kept any more`,
            hint: 'Make a new one: each is kept for an hour.',
          });
        }
        return reply
          .header('content-type', 'application/gzip')
          .header('content-disposition', disposition('attachment', `support-${name}.tar.gz`))
          .send(bytes);
      },
    ),
  };
}
