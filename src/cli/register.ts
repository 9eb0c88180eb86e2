import type { Command } from './command.ts';

export const registerCommand: Command = {
  name: 'register',
  summary: 'Make this machine an agent of a platform, with a one-time code of its admin.',
  usage: 'register --server URL --code CODE [--name NAME]',
  flags: {
    server: { type: 'string', value: 'URL', help: 'Address of the platform (SLY_PLATFORM_URL).' },
    code: { type: 'string', value: 'CODE', help: 'The code (SLY_REGISTRATION_CODE).' },
    name: { type: 'string', value: 'NAME', help: 'Name of this agent. Default: the host name.' },
    'ca-file': { type: 'string', value: 'FILE', help: 'PEM file of an own certificate authority.' },
    'allow-plain-http': { type: 'boolean', help: 'Allow http:// to a platform on another machine.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the agent (SLY_DATA).' },
  },
  examples: ['sly-agent register --server https://labels.example --code CODE'],
  async run({ flags }) {
    const { server, code, ...rest } = flags;
    const { registerAgent } = await import('../daemon.ts');
    const { name, url, file } = await registerAgent({
      ...rest,
      ...(server !== undefined && { 'platform-url': server }),
      ...(code !== undefined && { 'registration-code': code }),
    });
    process.stdout.write(
      `registered as ${name}; the token is in ${file}\nStart it: sly-agent run --platform-url ${url}\n`,
    );
    return 0;
  },
};
