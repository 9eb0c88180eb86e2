/** axe-core over what a page shows: the findings that keep somebody out, as lines for a test to compare with none. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Both themes and both widths in two looks: what axe finds of the one does not depend on the other. */
export const LOOKS = [
  { name: 'light', options: {} },
  { name: 'dark-phone', options: { dark: true, width: 390 } },
] as const;

const SERIOUS = ['serious', 'critical'];

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Empty when there is nothing serious. The page's own policy forbids foreign scripts, so it is evaluated, not added. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: Violation[];
  };
  return violations
    .filter(({ impact }) => impact !== null && SERIOUS.includes(impact))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
    );
}
