/** What `agents/` gives the others about agents. */
import type { FailureInfo } from '../../lib/errors.ts';
import type { AgentMessage, Telemetry } from '../../protocol/link.ts';
import type { Manifest } from '../../protocol/plugin.ts';
import type {
  AgentSettings,
  Answered,
  Asked,
  QuestionName,
  SupportBundleFacts,
} from '../../protocol/questions.ts';
import type { Script } from '../../protocol/script.ts';
import type { SelfTest } from '../../protocol/self-test.ts';
import type { Visible } from '../store/repositories/accounts.ts';

export interface KnownTelemetry {
  /** ISO time of when it said so. */
  at: string;
  telemetry: Telemetry;
}

export interface KnownSettings {
  at: string;
  settings: AgentSettings;
}

export interface AgentView {
  id: number;
  name: string;
  version: string | null;
  connected: boolean;
  /** ISO time of the last frame. */
  lastSeenAt: string | null;
  draining: boolean;
  /** While it is connected. */
  telemetry: Telemetry | null;
  /** While it is not: what it said last. Null when it never did. */
  lastKnown: KnownTelemetry | null;
  plugins: Manifest[];
  running: { key: string; attempt: number }[];
  /** The only team it works for; null: every team. */
  teamId: number | null;
}

export interface AgentCode {
  id: number;
  /** It gives this agent a new token; null: it makes an agent. */
  agentId: number | null;
  teamId: number | null;
  createdBy: number | null;
  createdAt: string;
  expiresAt: string;
}

export interface PluginOfferView {
  manifest: Manifest;
  digest: string | null;
  /** Null for what is no script. */
  script: Script | null;
  /** Agents that have it, in whatever version. */
  agents: {
    id: number;
    name: string;
    connected: boolean;
    /** Of the bytes it runs there, as it said at its last connect or self-test. */
    digest: string | null;
    digestOf: 'registry' | 'image' | 'files' | null;
    /** It knows how to test its plugins. */
    canTest: boolean;
    /** The last self-test there. */
    tested: SelfTest | null;
  }[];
}

export type Listing = Extract<AgentMessage, { type: 'listing' }>;

/** What an agent answered, or why it refused. */
export type AgentAnswer<T> =
  | { answer: T; failure?: undefined }
  | { answer?: undefined; failure: FailureInfo };

export interface SupportBundle extends SupportBundleFacts {
  id: string;
  /** ISO time until which its bytes are kept. */
  expiresAt: string;
}

export interface SupportBundles {
  /** Has the agent make one and send it. Rejects as `AgentDirectory.ask` does; replaces the agent's last one. */
  make(agentId: number): Promise<AgentAnswer<SupportBundle>>;
  /** What the agent sends; SLY_NOT_FOUND where nothing was asked for, SLY_TOO_LARGE. */
  put(agentId: number, upload: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Undefined for one that has expired or was replaced. */
  bytes(agentId: number, id: string): Uint8Array | undefined;
}

export interface AgentDirectory {
  readonly support: SupportBundles;
  /** With `visible`: those of these teams and of every team, with tasks of these teams. */
  list(query?: { visible?: Visible }): Promise<AgentView[]>;
  get(id: number, query?: { visible?: Visible }): Promise<AgentView | undefined>;
  /** Makes an agent and its token; the token is only returned here, stored hashed. */
  create(name: string): Promise<{ id: number; token: string }>;
  /** A new token for the agent of this name; the old one ends. Rejects with SLY_NOT_FOUND. */
  renewToken(name: string): Promise<{ id: number; token: string }>;
  authenticate(token: string): Promise<{ agentId: number; teamId: number | null } | undefined>;
  /** A code that is good once, within an hour; it is only returned here, stored hashed. */
  addCode(options: {
    userId: number;
    agentId?: number;
    teamId?: number;
  }): Promise<{ id: number; code: string; expiresAt: string }>;
  codes(): Promise<AgentCode[]>;
  removeCode(id: number): Promise<void>;
  /** Undefined for a code that is wrong, used or old; SLY_NOT_UNIQUE for a name that is taken (the code stays good). */
  register(code: string, name: string): Promise<{ id: number; name: string; token: string } | undefined>;
  /** Asks the connected agent over the link; rejects with SLY_NOT_FOUND / SLY_TIMEOUT. */
  listFolder(agentId: number, path: string): Promise<Listing>;
  /**
   * Asks the connected agent over the link. Rejects with SLY_NOT_FOUND (not connected, or too old to know the
   * question), SLY_TIMEOUT, SLY_BAD_MESSAGE (the answer has another shape).
   */
  ask<N extends QuestionName>(
    agentId: number,
    question: N,
    asked: Asked<N>,
  ): Promise<AgentAnswer<Answered<N>>>;
  /** What it answered to `settings` when it connected last. */
  lastSettings(agentId: number): Promise<KnownSettings | undefined>;
  drain(agentId: number, on: boolean): Promise<void>;
  /** Plugins of all known agents, by name. */
  plugins(): Promise<Manifest[]>;
  /** The same with what is known of them beside their manifest. */
  pluginOffers(): Promise<PluginOfferView[]>;
  /** Has the agent test one of its plugins and keeps what came of it. Rejects as `ask` does. */
  testPlugin(agentId: number, plugin: string): Promise<AgentAnswer<SelfTest>>;
}
