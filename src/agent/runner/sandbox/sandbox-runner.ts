/**
 * Plugins without an engine: the built-in ones and scripts, as children of this process, in the strongest cage this
 * machine allows; scripts only where that is namespaces. A run ends with the agent; the next process starts it anew.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { ImageDigest, Isolation, Runner, RunSpec } from '../../ports/runner.ts';
import { assertPresent, assertReadable, giveOutput, PLUGIN_USER } from '../plugin-user.ts';
import { cageOptions } from './applied-options.ts';
import { bubblewrapCommand } from './bubblewrap.ts';
import { type ControlGroups, openControlGroups } from './cgroup.ts';
import { type ChildRun, startChild } from './child-run.ts';
import { type Launch, pluginEnv, withLimits } from './launch.ts';
import { endLeftovers, findLeftovers, runMarker, runName } from './leftovers.ts';
import { makeView, nodePermissionCommand, removeView, viewEnv } from './node-permission.ts';
import { builtinProgram, type Program } from './program.ts';
import { digestOfProgram } from './program-digest.ts';
import { type PythonProgram, pythonProgram } from './python-program.ts';
import { isolationOf, type SandboxKind } from './sandbox-kind.ts';
import { seccompFilter } from './seccomp.ts';

export interface SandboxRunnerDeps {
  /** What `probeSandbox` found to work. */
  kind: SandboxKind;
  builtinImage: string;
  /** Stands for the Python of this machine. */
  scriptImage: string;
  agentId: string;
  clock: Clock;
  log: Logger;
  /** Default: the plugin host of this installation. */
  program?: Program;
  groups?: ControlGroups;
}

export function createSandboxRunner(deps: SandboxRunnerDeps): Runner {
  const { kind, builtinImage, scriptImage, agentId, clock, log } = deps;
  const program = deps.program ?? builtinProgram();
  const groups = deps.groups ?? openControlGroups(clock);
  const isolation: Isolation = isolationOf(kind, groups.enforced);
  const dropsUser = kind.name === 'bubblewrap' && kind.setpriv !== undefined;
  const filter = seccompFilter(process.arch);
  const active = new Map<string, ChildRun>();
  const digests = new Map<string, Promise<ImageDigest>>();

  const viewOf = (runId: string): string => path.join(tmpdir(), `sly-run-${runName(agentId, runId)}`);

  function launch(spec: RunSpec, procs: readonly string[]): Launch {
    const marker = runMarker(agentId, spec.runId);
    const runs = programOf(spec.image);
    const isFree = 'python' in runs && !groups.enforced.includes('memory');
    const { fileBytes, memoryBytes } = spec.limits;
    const limits = { fileBytes, dataBytes: isFree ? memoryBytes : undefined, groups: procs };
    if (kind.name === 'bubblewrap') {
      const command = bubblewrapCommand(spec, {
        bwrap: kind.bwrap,
        setpriv: kind.setpriv,
        program: runs,
        marker,
        filtered: filter !== undefined,
      });
      return {
        ...withLimits(command, limits),
        env: pluginEnv(spec, {}),
        bubblewrap: { filter: filter ?? Buffer.alloc(0) },
        release: () => undefined,
      };
    }
    const folder = viewOf(spec.runId);
    const view = makeView(folder, spec.mounts);
    const command = nodePermissionCommand(spec, { program, view, marker, setpriv: kind.setpriv });
    return {
      ...withLimits(command, limits),
      env: pluginEnv(spec, viewEnv(view)),
      release: () => removeView(folder),
    };
  }

  function programOf(image: string): Program | PythonProgram {
    if (image === builtinImage) return program;
    if (image === scriptImage && kind.name === 'bubblewrap') return pythonProgram();
    if (image === scriptImage) {
      throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
        detail: "scripts run in a container or in bubblewrap, and here is only Node's permission model",
        hint: 'Install bubblewrap and python3, or Docker; `sly-agent doctor` shows what is missing.',
        retryable: false,
      });
    }
    throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
      detail: `${image} needs a Docker engine; without one only the built-in plugins and scripts run here`,
      hint: 'Install Docker and let this user use its socket; `sly-agent doctor` shows what is missing.',
      retryable: false,
    });
  }

  /** The files of an installation do not change while it runs. */
  async function digestOf(image: string): Promise<ImageDigest> {
    const known =
      digests.get(image) ??
      digestOfProgram(programOf(image)).catch((error: unknown) => {
        digests.delete(image);
        throw error;
      });
    digests.set(image, known);
    return known;
  }

  async function startCaged(spec: RunSpec): Promise<ChildRun> {
    const digest = await digestOf(spec.image).catch(() => undefined);
    const opened =
      groups.enforced.length === 0 ? undefined : groups.open(runName(agentId, spec.runId), spec.limits);
    const applied = {
      ...(digest && { digest }),
      options: cageOptions({ kind, isolation, spec, isPython: spec.image === scriptImage, groups: opened }),
    };
    return startChild({ clock, log }, spec, launch(spec, opened?.procs ?? []), { groups: opened, applied });
  }

  async function remove(runId: string): Promise<void> {
    await active.get(runId)?.removed();
    await endLeftovers(agentId, runId, clock);
    await groups.discard(runName(agentId, runId));
    removeView(viewOf(runId));
  }

  return {
    isolation,
    async check(image) {
      programOf(image);
    },
    digest: (image) => digestOf(image).catch(() => undefined),
    async start(spec) {
      const found = active.get(spec.runId);
      if (found !== undefined) return found;
      programOf(spec.image);
      assertPresent(spec);
      if (dropsUser) {
        assertReadable(spec, PLUGIN_USER);
        giveOutput(spec.outputFolder, PLUGIN_USER);
      }
      await endLeftovers(agentId, spec.runId, clock);
      const run = await startCaged(spec);
      active.set(spec.runId, run);
      void run.exit.then(() => active.delete(spec.runId));
      return run;
    },
    async reattach(spec) {
      // What an earlier process started must not write beside what starts next.
      if (!active.has(spec.runId)) await endLeftovers(agentId, spec.runId, clock);
      return active.get(spec.runId) ?? null;
    },
    async list() {
      return [...new Set([...active.keys(), ...findLeftovers(agentId).map(({ runId }) => runId)])];
    },
    remove,
    async close() {
      await Promise.all([...active.values()].map((run) => run.detach()));
    },
  };
}
