/** POST /agents/v1/register: a one-time code becomes the token of an agent. The only call without a token. */
import { type Static, Type } from 'typebox';

export const REGISTER_PATH = '/agents/v1/register';

export const RegisterRequestSchema = Type.Object({
  code: Type.String({ minLength: 16, maxLength: 512 }),
  /** Name of the agent; a code made for an agent that exists keeps that one's. */
  name: Type.String({ minLength: 1, maxLength: 100 }),
});

export const RegisterReplySchema = Type.Object({
  agentId: Type.Integer(),
  name: Type.String(),
  token: Type.String(),
});
export type RegisterReply = Static<typeof RegisterReplySchema>;
