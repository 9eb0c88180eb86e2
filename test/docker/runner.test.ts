import path from 'node:path';
import { connectDocker } from '../../src/agent/runner/docker/connect-docker.ts';
import { LABEL } from '../../src/agent/runner/docker/host-config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { runnerConformance } from '../conformance/runner/suite.ts';
import { BASE_IMAGE, DOCKER_SOCKET, describeDocker, docker } from '../support/docker.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../fixtures/runner/program.mjs');
const AGENT = `docker-test-${process.pid}`;

describeDocker('docker', () => {
  runnerConformance({
    name: 'docker runner',
    kind: 'docker',
    survives: true,
    image: BASE_IMAGE,
    open: () =>
      connectDocker({
        dockerSocket: DOCKER_SOCKET,
        builtinImage: BASE_IMAGE,
        scriptImage: 'sly-agent/python:test',
        pulledFile: path.join(tempFolder('pulled'), 'pulled.json'),
        allowedImages: [],
        pull: 'never',
        agentId: AGENT,
        clock: systemClock,
        log: silentLogger(),
      }),
    program: {
      args: ['node', '/program.mjs'],
      mounts: [{ source: PROGRAM, target: '/program.mjs', readOnly: true }],
    },
    leftBehind: async (runId) =>
      docker(
        'ps',
        '-aq',
        '--filter',
        `label=${LABEL.agent}=${AGENT}`,
        '--filter',
        `label=${LABEL.run}=${runId}`,
      )
        .split('\n')
        .filter((line) => line !== ''),
  });
}, [BASE_IMAGE]);
