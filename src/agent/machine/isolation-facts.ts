/** What a plugin really gets on this machine, line by line, for the person who operates it. Pure. */
import type { IsolationFact } from '../../protocol/machine.ts';
import type { Isolation, LimitPolicy } from '../ports/runner.ts';

export function isolationFacts(isolation: Isolation, limits: LimitPolicy): IsolationFact[] {
  const { kind, engine } = isolation;
  const missing = new Set([...isolation.notEnforced, ...(engine?.missing ?? [])]);
  if (engine?.seccomp === null) missing.add('seccomp');
  const fact = (name: string, value: string, ...needs: string[]): IsolationFact => ({
    name,
    value,
    enforced: !needs.some((need) => missing.has(need)),
  });
  return [
    kind === 'node-permission'
      ? { name: 'Files', value: 'its own folders, by the permission model of Node', enforced: true }
      : fact('Files', 'read-only root, its source read-only, results and /tmp writable'),
    fact('User', userOf(isolation), 'user'),
    fact('Network', 'none', 'network'),
    fact('System calls', systemCalls(isolation), 'seccomp'),
    ...(engine === undefined ? [] : [fact('Capabilities', 'none, and no way to gain any')]),
    fact('Memory', `at most ${limits.memoryMb} MB`, 'memory'),
    fact('Swap', 'none', 'memory', 'swap'),
    fact('Processors', `at most ${limits.cpus}`, 'cpu'),
    fact('Processes', `at most ${limits.pids}`, 'pids'),
    fact('/tmp', `at most ${limits.tmpMb} MB`, 'tmp'),
    fact('One file', `at most ${limits.fileMb} MB`, 'file'),
    fact('All it writes', `at most ${limits.outputMb} MB`),
    fact('Time', `at most ${limits.wallSeconds} s, and ${limits.idleSeconds} s of silence`),
  ];
}

function userOf({ engine, notEnforced }: Isolation): string {
  if (notEnforced.includes('user')) return 'the user of this agent';
  return engine?.rootless === true ? 'root inside, the plain user of the engine outside' : 'not root';
}

function systemCalls({ kind, engine, notEnforced }: Isolation): string {
  if (engine === undefined)
    return notEnforced.includes('seccomp') ? 'not filtered' : `filtered by the profile of ${kind}`;
  if (engine.seccomp === null) return 'not filtered: the engine runs without seccomp';
  return `filtered by the profile ${engine.seccomp} of the engine`;
}
