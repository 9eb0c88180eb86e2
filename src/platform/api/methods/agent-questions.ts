/** What a connected agent answers over the link: its doctor, clean-up, upload folder, settings and retention. */
import { Type } from 'typebox';
import { fromFailureInfo } from '../../../lib/errors.ts';
import {
  AgentSettingsSchema,
  type Answered,
  type Asked,
  CleanUpPlanSchema,
  CleanUpResultSchema,
  DoctorStateSchema,
  FolderStateSchema,
  QUESTIONS,
  type QuestionName,
  RetentionTableSchema,
} from '../../../protocol/questions.ts';
import type { AgentView } from '../../ports/agents.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type Principal, visibleTo } from '../auth/principal.ts';
import { found } from '../found.ts';
import { ById, endpoint, Id, type MethodTable, orNull, Time } from '../method.ts';

const ofId = ({ id }: { id: number }) => ({ agents: [id] });

export function agentQuestionMethods(deps: ApiDeps): MethodTable {
  const agentOf = async (id: number, principal: Principal): Promise<AgentView> =>
    found(await deps.agents.get(id, visibleTo(principal)), `Agent with id: ${id}`);

  async function ask<N extends QuestionName>(
    id: number,
    principal: Principal,
    question: N,
    asked: Asked<N>,
  ): Promise<Answered<N>> {
    await agentOf(id, principal);
    const { answer, failure } = await deps.agents.ask(id, question, asked);
    if (failure !== undefined) throw fromFailureInfo(failure);
    return answer;
  }

  return {
    'agents.doctor.info': endpoint(
      {
        about: 'Whether the doctor of an agent runs, and what its last run found.',
        needs: 'admin',
        of: ofId,
        request: ById,
        response: DoctorStateSchema,
      },
      ({ id }, { principal }) => ask(id, principal, 'doctor.state', {}),
    ),

    'agents.doctor.run': endpoint(
      {
        about:
          'Has an agent check everything it depends on; with `security` also the isolation of plugins, from inside. Answers at once.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, security: Type.Optional(Type.Boolean()) }),
        response: DoctorStateSchema,
      },
      ({ id, security = false }, { principal }) => ask(id, principal, 'doctor.run', { security }),
    ),

    'agents.clean-up.look': endpoint(
      {
        about:
          'What could be removed from an agent, and why the rest stays; removes nothing. Logs and reports of the last `logDays` days stay.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, ...QUESTIONS['cleanUp.look'].asks.properties }),
        response: CleanUpPlanSchema,
      },
      ({ id, logDays }, { principal }) => ask(id, principal, 'cleanUp.look', { logDays }),
    ),

    'agents.clean-up.remove': endpoint(
      {
        about:
          'Removes what a look showed, of these classes; what changed since then, or is in use, stays and is named.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, ...QUESTIONS['cleanUp.remove'].asks.properties }),
        response: CleanUpResultSchema,
      },
      ({ id, token, classes }, { principal }) => ask(id, principal, 'cleanUp.remove', { token, classes }),
    ),

    'agents.upload-folder.info': endpoint(
      {
        about: "How an agent's upload folder is watched, and what in it settles, is ignored, or has failed.",
        needs: 'manage',
        of: ofId,
        request: ById,
        response: FolderStateSchema,
      },
      ({ id }, { principal }) => ask(id, principal, 'folder.state', {}),
    ),

    'agents.upload-folder.retry': endpoint(
      {
        about: 'Another try for a source of the upload folder that has failed, by its name there.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, ...QUESTIONS['folder.retry'].asks.properties }),
        response: QUESTIONS['folder.retry'].answers,
      },
      ({ id, name }, { principal }) => ask(id, principal, 'folder.retry', { name }),
    ),

    'agents.settings': endpoint(
      {
        about:
          'Every setting of an agent in force, with where its value comes from; secrets are left out. While it is not connected, those of its last start.',
        needs: 'admin',
        of: ofId,
        request: ById,
        response: Type.Object({
          ...AgentSettingsSchema.properties,
          /** When it said so; null: just now. */
          asOf: orNull(Time),
        }),
      },
      async ({ id }, { principal }) => {
        const { connected } = await agentOf(id, principal);
        const known = connected ? undefined : await deps.agents.lastSettings(id);
        if (known !== undefined) return { ...known.settings, asOf: known.at };
        return { ...(await ask(id, principal, 'settings', {})), asOf: null };
      },
    ),

    'agents.retention': endpoint(
      {
        about: 'What an agent keeps, for how long and why, and when it cleans up next.',
        needs: 'manage',
        of: ofId,
        request: ById,
        response: RetentionTableSchema,
      },
      ({ id }, { principal }) => ask(id, principal, 'retention', {}),
    ),
  };
}
