/** What the platform knows of an agent that is away, and support bundles: asked for over the link, sent beside it. */
import { describe, expect, test } from 'vitest';
import type { QuestionHandlers } from '../../../src/agent/link/link-handlers.ts';
import { sha256Of } from '../../../src/lib/hash.ts';
import { createSupportBundles } from '../../../src/platform/agents/support-bundles.ts';
import type { SupportBundles } from '../../../src/platform/ports/agents.ts';
import type { AgentSettings, Answered } from '../../../src/protocol/questions.ts';
import { MAX_SUPPORT_BYTES } from '../../../src/protocol/support-bundle.ts';
import { eventually } from '../../support/daemon-process.ts';
import { PATIENT_POLICY, pair, startAgentRig, startPlatformRig } from '../../support/link-rig.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const SETTINGS: AgentSettings = {
  file: null,
  settings: [{ name: 'slots', value: '2', origin: 'default', about: 'Tasks at once.' }],
};
const withHandlers = (questions: QuestionHandlers) =>
  pair({ policy: { ...PATIENT_POLICY, listMs: 2_000 }, handlers: { questions } });

describe('an agent that went away', () => {
  test('is still known by what it said last, also after a restart of the platform', async () => {
    const { platform, agentId, agent } = await withHandlers({ settings: () => SETTINGS });
    const { directory } = platform.room;
    expect(await directory.get(agentId)).toMatchObject({ connected: true, lastKnown: null });
    await eventually(() => directory.lastSettings(agentId));
    agent.telemetry.slots.busy = 1;
    await eventually(async () => (await directory.get(agentId))?.telemetry?.slots.busy === 1 || undefined);
    await agent.stop();
    const away = await eventually(async () => {
      const view = await directory.get(agentId);
      return view?.connected === false && view.lastKnown !== null ? view : undefined;
    });
    expect(away).toMatchObject({ telemetry: null, lastKnown: { telemetry: { slots: { cpu: 2, busy: 1 } } } });
    expect(away.lastKnown?.at).toBe(away.lastSeenAt);
    await platform.stop();

    const again = await startPlatformRig({ folder: platform.folder });
    const [known] = await again.room.directory.list();
    expect(known?.lastKnown).toEqual(away.lastKnown);
    expect(await again.room.directory.lastSettings(agentId)).toMatchObject({ settings: SETTINGS });
  });

  test('one that never connected, and one that is too old for questions, have nothing to tell', async () => {
    const { platform, agentId, agent } = await withHandlers({});
    const { directory } = platform.room;
    const { id } = await directory.create('never');
    expect(await directory.get(id)).toMatchObject({ connected: false, lastKnown: null });
    await agent.stop();
    await eventually(async () => (await directory.get(agentId))?.lastKnown ?? undefined);
    expect(await directory.lastSettings(agentId)).toBeUndefined();
    expect(await directory.lastSettings(4711)).toBeUndefined();
  });

  test('settings are those of its last start', async () => {
    const platform = await startPlatformRig({ folder: tempFolder('known'), policy: PATIENT_POLICY });
    const { directory } = platform.room;
    const { id, token } = await directory.create('rig');
    for (const value of ['2', '9']) {
      const settings = { ...SETTINGS, settings: [{ ...SETTINGS.settings[0]!, value }] };
      const questions = { settings: () => settings };
      const agent = startAgentRig({
        folder: tempFolder('agent'),
        url: platform.url,
        token,
        handlers: { questions },
      });
      await eventually(async () => {
        const known = await directory.lastSettings(id);
        return known?.settings.settings[0]?.value === value || undefined;
      });
      await agent.stop();
      await eventually(async () => (await directory.get(id))?.connected === false || undefined);
    }
  });
});

describe('support bundles', () => {
  const BYTES = Buffer.from('a bundle');
  const FACTS = { size: BYTES.length, sha256: sha256Of(BYTES), files: [] };
  async function* piecesOf(...pieces: Uint8Array[]) {
    yield* pieces;
  }

  /** `answer` plays the agent: it is given the place and may send before it answers. */
  function rig(answer: (bundles: SupportBundles, upload: string) => Promise<Answered<'support.bundle'>>) {
    const at = { now: Date.parse('2026-01-01T00:00:00Z') };
    const clock = { now: () => at.now, sleep: async () => undefined };
    const uploads: string[] = [];
    const bundles: SupportBundles = createSupportBundles(
      {
        async ask(_agentId, _question, asked) {
          const { upload } = asked as { upload: string };
          uploads.push(upload);
          return { answer: (await answer(bundles, upload)) as never };
        },
      },
      clock,
    );
    return { bundles, uploads, at };
  }
  const sent = async (bundles: SupportBundles, upload: string, agentId = 1) => {
    await bundles.put(agentId, upload, piecesOf(BYTES.subarray(0, 3), BYTES.subarray(3)));
    return FACTS;
  };

  test('is there for an hour, the newest alone, for its own agent alone', async () => {
    const { bundles, at } = rig(sent);
    const first = (await bundles.make(1)).answer!;
    expect(first).toMatchObject({ ...FACTS, expiresAt: '2026-01-01T01:00:00.000Z' });
    expect(Buffer.from(bundles.bytes(1, first.id)!).equals(BYTES)).toBe(true);
    expect(bundles.bytes(2, first.id)).toBeUndefined();
    const second = (await bundles.make(1)).answer!;
    expect(bundles.bytes(1, first.id)).toBeUndefined();
    at.now += 3600_000 - 1;
    expect(bundles.bytes(1, second.id)).toBeDefined();
    at.now += 1;
    expect(bundles.bytes(1, second.id)).toBeUndefined();
  });

  test('is taken from whom it was asked of, while it is asked for, and no further than its limit', async () => {
    const errors: unknown[] = [];
    const { bundles, uploads } = rig(async (here, upload) => {
      errors.push(await sent(here, upload, 2).catch((error: unknown) => error));
      const tooMuch = piecesOf(Buffer.alloc(MAX_SUPPORT_BYTES), Buffer.alloc(1));
      errors.push(await here.put(1, upload, tooMuch).catch((error: unknown) => error));
      return sent(here, upload);
    });
    await bundles.make(1);
    expect(errors).toMatchObject([{ code: 'SLY_NOT_FOUND' }, { code: 'SLY_TOO_LARGE' }]);
    await expect(sent(bundles, uploads[0]!)).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
    await expect(sent(bundles, 'guessed')).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
  });

  test('an answer without the bytes, or with others, is none', async () => {
    await expect(rig(async () => FACTS).bundles.make(1)).rejects.toMatchObject({ code: 'SLY_BAD_MESSAGE' });
    const other = rig(async (bundles, upload) => ({
      ...(await sent(bundles, upload)),
      sha256: 'ab'.repeat(32),
    }));
    await expect(other.bundles.make(1)).rejects.toMatchObject({ code: 'SLY_BAD_MESSAGE' });
  });

  test('no more than a few are kept, the oldest goes first', async () => {
    let agentId = 0;
    const { bundles } = rig((here, upload) => sent(here, upload, agentId));
    const ids: string[] = [];
    while (agentId++ < 10) ids.push((await bundles.make(agentId)).answer!.id);
    const there = ids.map((id, at) => bundles.bytes(at + 1, id) !== undefined);
    expect(there).toEqual([false, false, ...Array.from({ length: 8 }, () => true)]);
  });
});
