/** What the link asks the rest of the agent. All but `list` are synchronous: when they return it is committed. */
import type { Static } from 'typebox';
import type { AgentMessage, PluginOfferSchema, Telemetry } from '../../protocol/link.ts';
import type { Answered, Asked, QuestionName } from '../../protocol/questions.ts';
import type { Task } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { LogFile } from '../pipeline/task-log.ts';

export interface Ref {
  key: string;
  attempt: number;
}

export const refId = (ref: Ref): string => `${ref.key}.${ref.attempt}`;

export type PluginOffer = Static<typeof PluginOfferSchema>;
export type FolderEntry = NonNullable<Extract<AgentMessage, { type: 'listing' }>['entries']>[number];

export type QuestionHandlers = {
  [N in QuestionName]?: (asked: Asked<N>) => Promise<Answered<N>> | Answered<N>;
};

export interface LinkHandlers {
  /** Every attempt of the journal that has not ended. */
  attempts(): (Ref & { state: TaskState })[];
  /** What the platform says about one of them. `abandon`: stop it and forget it, without a report. */
  verdict(ref: Ref, verdict: 'resume' | 'abandon' | 'cancel'): void;
  /** Journaled before it returns `accept`. May be asked twice for the same attempt. */
  offer(task: Task, attempt: number): 'accept' | { reject: string };
  /**
   * True when the journal has the task, so that its own words count and not the platform's. Only then may an
   * offer name a path outside of the upload folder; without this handler such offers are rejected.
   */
  isLocal?(key: string): boolean;
  cancel(ref: Ref, reason: string): void;
  leaseLost(ref: Ref): void;
  drain(on: boolean): void;
  /** Rejects with SLY_PATH_ESCAPES, SLY_NOT_FOUND, ... */
  list(path: string): Promise<{ entries: FolderEntry[]; more: boolean }>;
  telemetry(): Telemetry;
  /** What it answers of the questions of the protocol; a rejection travels as a failure. */
  questions?: QuestionHandlers;
  plugins(): PluginOffer[];
  /** The same, cheap enough for every heartbeat: what changed since it was told is told again. */
  pluginsNow?(): PluginOffer[];
  /** Attempts held right now, running or waiting for a slot. */
  held(): Ref[];
  /** The attempt's log, or undefined when there is none (any more). */
  log(ref: Ref): Pick<LogFile, 'size' | 'read'> | undefined;
}
