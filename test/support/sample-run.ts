/** Records of runs as an agent tells them. */
import type { RunRecord } from '../../src/protocol/run-record.ts';

export function sampleRun(over: Partial<RunRecord> = {}): RunRecord {
  return {
    image: 'sly-agent/plugins:1.0.0',
    isolation: 'docker',
    run: 1,
    plugin: 'coco',
    version: '1.0.0',
    startedAt: '2026-01-01T00:00:00.000Z',
    limits: {},
    options: [],
    usage: { at: [] },
    used: {},
    ...over,
  };
}

/** A run of so many seconds that uses more and more, with one option that is weaker than the default. */
export function busyRun(seconds: number): RunRecord {
  const series = (of: (at: number) => number) => Array.from({ length: seconds }, (_, at) => of(at));
  return sampleRun({
    digest: `sha256:${'5a'.repeat(32)}`,
    digestOf: 'image',
    limits: { memoryBytes: 512e6, cpus: 2 },
    options: [
      { name: 'Network', value: 'none' },
      { name: 'User', value: 'root', weaker: 'It has the rights of root inside.' },
    ],
    usage: {
      at: series((at) => at * 1000),
      memoryBytes: series((at) => 1e8 + at * 5e6),
      cpuMs: series((at) => at * 1200),
      readBytes: series((at) => at * 1e6),
      writtenBytes: series((at) => at * at * 1e4),
    },
    used: { peakMemoryBytes: 3e8, peakCpus: 1.5, cpuMs: seconds * 1200 },
  });
}
