/**
 * The plugins as the platform is told of them: with what bytes run for each, and its last self-test. The hello must not
 * wait for an engine, so digests are those of the last look; each telling looks anew for the next one.
 */
import { background } from '../../../lib/background.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Manifest } from '../../../protocol/plugin.ts';
import type { Script } from '../../../protocol/script.ts';
import type { SelfTest } from '../../../protocol/self-test.ts';
import type { PluginRegistry } from '../../ports/plugins.ts';
import type { ImageDigest, Runner } from '../../ports/runner.ts';

export interface PluginOffer {
  manifest: Manifest;
  digest?: string;
  digestOf?: ImageDigest['of'];
  tested?: SelfTest;
  script?: Script;
}

export interface PluginOffers {
  list(): PluginOffer[];
  /** The same without looking at images: for every heartbeat. */
  known(): PluginOffer[];
  /** Never rejects: what cannot be asked now keeps what was known. */
  look(): Promise<void>;
}

export function createPluginOffers(deps: {
  plugins: PluginRegistry;
  runner: Pick<Runner, 'digest'>;
  lastTest(plugin: string): SelfTest | undefined;
  log: Logger;
}): PluginOffers {
  const { plugins, runner, log } = deps;
  const digests = new Map<string, ImageDigest>();

  async function look(): Promise<void> {
    for (const image of new Set(plugins.list().map((plugin) => plugin.image))) {
      try {
        const digest = await runner.digest(image);
        if (digest === undefined) digests.delete(image);
        else digests.set(image, digest);
      } catch (error) {
        log.debug({ err: error, image }, 'digest of a plugin image is not known');
      }
    }
  }

  function known(): PluginOffer[] {
    return plugins.list().map(({ manifest, image, script }) => {
      const digest = digests.get(image);
      const tested = deps.lastTest(manifest.name);
      return {
        manifest,
        ...(digest !== undefined && { digest: digest.digest, digestOf: digest.of }),
        ...(tested !== undefined && { tested }),
        // All scripts share an image: what tells one from the other is its own file.
        ...(script !== undefined && {
          digest: script.digest,
          digestOf: 'files' as const,
          script: { file: script.file, download: script.download },
        }),
      };
    });
  }

  return {
    look,
    known,
    list() {
      background('look at plugin images', log, look());
      return known();
    },
  };
}
