/** What to type on the machine that becomes an agent. Pure. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function registerCommand(server: URL, code: string): string {
  const plain = isPlainElsewhere(server) ? ' --allow-plain-http' : '';
  return `sly-agent register --server ${server.origin} --code ${code}${plain}`;
}

export function startCommand(server: URL): string {
  const plain = isPlainElsewhere(server) ? ' --allow-plain-http' : '';
  return `sly-agent run --platform-url ${server.origin}${plain}`;
}

/** That address leads another machine to itself. */
export const isLoopback = (server: URL): boolean => LOOPBACK.has(server.hostname);

const isPlainElsewhere = (server: URL): boolean => server.protocol === 'http:' && !isLoopback(server);
