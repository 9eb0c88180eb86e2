/** Does a Docker engine answer, and which images has it? Plain HTTP on its socket, no packages. */
import { request } from 'node:http';

export const SOCKET = process.env.SLY_DOCKER_SOCKET ?? '/var/run/docker.sock';

function get(path) {
  return new Promise((resolve) => {
    const call = request({ socketPath: SOCKET, path, timeout: 3000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

export async function engineAnswers() {
  return (await get('/_ping')) === 200;
}

export async function hasImage(name) {
  return (await get(`/images/${encodeURIComponent(name)}/json`)) === 200;
}
