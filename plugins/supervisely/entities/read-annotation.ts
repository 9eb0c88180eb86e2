/**
 * One annotation of an entity: its head, then its figures page by page. What is wrong with it is told once, with
 * what `bad_annotation` wants done about it.
 */
import { openAnnotationFile } from '../../../src/format/annotation-file.ts';
import { SlyError, toSlyError } from '../../../src/lib/errors.ts';
import type { ImportContext, NewFigure, Problem } from '../../../src/plugin-kit/plugin.ts';
import type { ProblemDigest } from '../problem-digest.ts';
import { createFoundProblems, type FoundProblems } from './found-problems.ts';
import { type FigureContext, readFigure } from './read-figure.ts';
import { framesCountOf, type HeadContext, type ReadHead, readHead } from './read-head.ts';

export interface EntityAnnotation extends ReadHead {
  size: unknown;
  volumeMeta: unknown;
  framesCount: number | undefined;
  /** The good figures; a page is at most some hundreds. */
  figures(stored: StoredMaker): AsyncGenerator<NewFigure[]>;
  /** Tells what was lost. After the figures. */
  finish(): Promise<void>;
}

/** Makes what finds the bytes of geometries; problems go to the list it is given. */
export type StoredMaker = (problems: FigureContext['problems']) => FigureContext['stored'];

export interface AnnotationReader {
  /** 'bad': the item is to be left out; undefined: it has no annotation that can be read. Both are reported. */
  open(file: string, dry: StoredMaker): Promise<EntityAnnotation | 'bad' | undefined>;
}

export function createAnnotationReader(
  ctx: ImportContext,
  { head: context, digest }: { head: HeadContext; digest: ProblemDigest },
): AnnotationReader {
  const { tree, report, signal } = ctx;
  const onBad = ctx.options.bad_annotation ?? 'skip-annotation';

  function stopAt(file: string, found: FoundProblems): void {
    const [first] = found.lost;
    if (onBad !== 'stop' || first === undefined) return;
    throw new SlyError('SLY_FORMAT_INVALID', {
      file,
      detail: first.place === '' ? first.message : `${first.place}: ${first.message}`,
      hint: 'Correct the file, or import with bad_annotation: skip-annotation.',
    });
  }

  async function read(file: string): Promise<EntityAnnotation & { found: FoundProblems }> {
    const source = openAnnotationFile(tree.locate(file), { signal, shownAs: file });
    const raw = await source.head();
    const found = createFoundProblems();
    const problems: FigureContext['problems'] = [];
    const head = readHead(raw, file, context, problems);
    found.take(problems);
    stopAt(file, found);
    const framesCount = framesCountOf(raw);
    let broken: Problem | undefined;
    return {
      ...head,
      size: raw.rest.size,
      volumeMeta: raw.rest.volumeMeta,
      framesCount,
      found,
      async *figures(stored) {
        const figure = { file, objects: head.objects, framesCount, problems, stored: stored(problems) };
        try {
          for await (const page of source.figures()) {
            const good = page.flatMap((one) => readFigure(one, figure) ?? []);
            found.take(problems);
            stopAt(file, found);
            if (good.length > 0) yield good;
          }
        } catch (error) {
          // The head is read without a look into the figures: what was before this place is good.
          if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_JSON') throw error;
          broken = { file, code: error.code, message: error.detail };
          found.take([{ severity: 'fatal', place: '', code: error.code, message: error.detail }]);
          stopAt(file, found);
        }
      },
      async finish() {
        for (const { place, code, message, hint } of found.warnings)
          await digest.warn(message, { file, place, code, message, ...(hint === undefined ? {} : { hint }) });
        const lost = found.lost.filter(({ severity }) => severity !== 'fatal');
        await digest.lost(file, lost, found.lostCount - (found.lost.length - lost.length));
        if (broken === undefined) await report.used(file, 'annotation');
        else await report.failed(broken);
      },
    };
  }

  return {
    async open(file, dry) {
      try {
        const annotation = await read(file);
        if (onBad !== 'skip-item') return annotation;
        // Nothing may be written of an item that turns out bad at its last figure.
        for await (const _page of annotation.figures(dry));
        const [first] = annotation.found.lost;
        if (first === undefined) return await read(file);
        const { severity: _severity, ...problem } = first;
        await report.failed({ file, ...problem });
        return 'bad';
      } catch (error) {
        signal.throwIfAborted();
        const { code, detail: message, file: named } = toSlyError(error);
        if (onBad === 'stop' || (code !== 'SLY_FORMAT_JSON' && named === undefined)) throw error;
        await report.failed({ file, code, message });
        return onBad === 'skip-item' ? 'bad' : undefined;
      }
    },
  };
}
