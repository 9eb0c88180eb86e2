/** Links that ask for it are looked at before their items are published; the bad ones stay behind. */
import { isRecord } from '../../format/problem.ts';
import { toSlyError } from '../../lib/errors.ts';
import type { PublishItem } from '../../protocol/publish.ts';
import type { ReportLine } from '../../protocol/task.ts';
import type { LinkFacts } from '../ports/links.ts';
import type { KnownItems } from './known-items.ts';
import type { SegmentOutcome } from './outcomes.ts';
import { type PreparedLine, reportLine, sourceOf } from './prepare-lines.ts';
import type { StepContext } from './step-context.ts';

/** All at once as far as the prober lets them. */
export async function lookAtLinks(
  ctx: StepContext,
  prepared: readonly PreparedLine[],
  { known, outcome }: { known: KnownItems; outcome: SegmentOutcome },
): Promise<PreparedLine[]> {
  if (!prepared.some(({ item }) => item?.probe !== undefined)) return [...prepared];
  const looked = await Promise.all(
    prepared.map(async (one): Promise<PreparedLine | ReportLine> => {
      const { link, probe } = one.item ?? {};
      if (link === undefined || probe === undefined) return one;
      try {
        const facts = await ctx.deps.links.probe(link, ctx.signal);
        Object.assign(one.publish, withFacts(one.publish as PublishItem, facts));
        return one;
      } catch (error) {
        ctx.signal.throwIfAborted();
        known.lose(one.item?.key, outcome);
        const { code, detail, hint } = toSlyError(error);
        const message = `${link.slice(0, 500)}: ${detail}`;
        const problem = reportLine('failed', sourceOf(probe.file), code, message, hint);
        return probe.place === undefined ? problem : { ...problem, place: probe.place };
      }
    }),
  );
  const [linked, unlinked] = [new Set<string>(), new Set<string>()];
  const usable = looked.filter((one): one is PreparedLine => {
    if ('parts' in one) {
      const probe = one.item?.probe;
      const list = probe === undefined ? undefined : sourceOf(probe.file);
      if (list !== undefined) linked.add(list);
      return true;
    }
    if (one.file !== undefined) unlinked.add(one.file);
    outcome.lines.push(one);
    return false;
  });
  outcome.linked = [...linked];
  outcome.unlinked = [...unlinked];
  return usable;
}

function withFacts(item: PublishItem, facts: LinkFacts): PublishItem {
  const { mime, extension, width, height } = facts;
  const hasEnding = /\.[A-Za-z0-9]{2,5}$/.test(item.name);
  const ann = isRecord(item.ann) ? { ann: { ...item.ann, size: { height, width } } } : {};
  return { ...item, ...ann, mime, width, height, name: hasEnding ? item.name : item.name + extension };
}
