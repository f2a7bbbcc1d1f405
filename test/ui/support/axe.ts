import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Frame, Page } from 'playwright-core';

const source = readFileSync(createRequire(resolve('package.json')).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical findings of axe-core on a page or frame as it is, one sentence each. */
export async function seriousFindings(page: Page | Frame): Promise<string[]> {
  // Evaluated, not added as a script: the content policy would refuse it, as it should.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    // Elements without a finding are not told: telling them takes longer than the checks.
    (window as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } }).axe.run({
      resultTypes: ['violations'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) =>
      [id, ...nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`)].join(': '),
    );
}
