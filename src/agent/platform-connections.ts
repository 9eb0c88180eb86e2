/** The ways to the platform over HTTP: what is published and fetched, and what scripts ask for. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { createGateways } from './gateway/platform-gateway.ts';
import type { HashCache } from './journal/hash-cache.ts';
import { createFileHasher } from './transfer/file-hasher.ts';
import { createPlatformClient } from './transfer/platform-client.ts';
import { createPlatformHttp } from './transfer/platform-http.ts';
import { createTransfer } from './transfer/transfer.ts';

/** A call to the platform is repeated for so long before the attempt fails: a reboot of the other side is no failure. */
const DEADLINE_MS = 3_600_000;

export function connectPlatform(options: {
  platform: { url: string; token: string; caFile?: string };
  hashes: HashCache;
  releases: ReleaseStack;
  clock: Clock;
  log: Logger;
}) {
  const { platform, hashes, releases, clock, log } = options;
  const http = createPlatformHttp({
    ...platform,
    deadlineMs: DEADLINE_MS,
    clock,
    log: log.child({ component: 'transfer' }),
  });
  releases.push('platform connections', () => http.close());
  const gatewayLog = log.child({ component: 'gateway' });
  // Connections of their own: a busy script must not hold up what is published.
  const scriptHttp = createPlatformHttp({ ...platform, deadlineMs: DEADLINE_MS, clock, log: gatewayLog });
  releases.push('connections of scripts', () => scriptHttp.close());
  const hasher = createFileHasher();
  releases.push('hash workers', () => hasher.close());
  const client = createPlatformClient(http);
  return {
    http,
    client,
    transfer: createTransfer({ http, hasher, hashes }),
    gateways: createGateways({
      taskToken: client.taskToken,
      forward: scriptHttp.forward,
      clock,
      log: gatewayLog,
    }),
  };
}
