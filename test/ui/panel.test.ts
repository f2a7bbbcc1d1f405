import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { choose } from '../../src/core/recommendation/choose';
import { policyOf } from '../../src/core/recommendation/policy';
import type { ToPanel } from '../../src/panel/protocol';
import { seriousFindings } from './support/axe';
import { type PageOptions, PanelPage, themeFile, themes } from './support/panelPage';
import { context, evaluation, recommendation, snapshot } from './support/snapshots';

const german = JSON.parse(readFileSync(resolve('l10n/bundle.l10n.de.json'), 'utf8')) as Record<string, string>;

const failed: ToPanel = {
  type: 'failed',
  context: context(),
  file: 'answers.csv',
  error: {
    code: 'NO_PROMPT_COLUMN',
    message: 'answers.csv has no column that holds prompts.',
    nextStep: 'Rename the column of prompts to "prompt", or choose it by hand.',
  },
};

const busy: ToPanel = {
  type: 'busy',
  context: context(),
  file: 'support-tickets.jsonl',
  progress: { rows: 45_210, rowsPerSecond: 11_800, secondsLeft: 81, fraction: 0.045 },
  preview: recommendation({ prompts: 400, sample: true }),
};

const states: Readonly<Record<string, ToPanel>> = {
  empty: { type: 'empty', context: context() },
  busy,
  failed,
  prompt: snapshot({ declaredModel: 'cobalt-3.2-nano' }),
  fallback: snapshot({ distanceWord: 'far', longNames: true }),
  nothing: snapshot({ models: 0 }),
  dataset: snapshot({ prompts: 600, skipped: 7 }),
  evaluation: { type: 'evaluation', context: context(), evaluation: evaluation() },
};

describe('the panel', () => {
  let browser: Browser;
  let panel: PanelPage;
  const open = async (message: ToPanel, options: PageOptions = {}): Promise<PanelPage> => {
    panel = await PanelPage.open(browser, options);
    await panel.show(message);
    return panel;
  };
  before(async () => {
    browser = await PanelPage.launch();
  });
  after(() => browser.close());
  afterEach(async () => {
    assert.deepEqual(panel.problems, []);
    await panel.page.close();
  });

  it('is a small bundle that uses only variables that VS Code gives', async () => {
    await open(states.empty as ToPanel);
    const bytes = ['panel.js', 'panel.css'].reduce((sum, name) => sum + statSync(resolve('dist', name)).size, 0);
    assert.ok(bytes < 150_000, `${bytes} bytes`);
    const css = readFileSync(resolve('src/webview/panel.css'), 'utf8');
    const known = new Set(Object.values(themeFile.themes).flatMap(({ variables }) => Object.keys(variables)));
    const used = [...css.matchAll(/--vscode-[\w-]+/g)].map(([name]) => name);
    assert.deepEqual(
      [...new Set(used)].filter((name) => !known.has(name)),
      [],
    );
    assert.ok(!/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i.test(css), 'colours come from the theme');
  });

  for (const theme of themes) {
    it(`has no serious accessibility finding in any state: ${theme}`, async () => {
      panel = await PanelPage.open(browser, { theme });
      for (const [name, message] of Object.entries(states)) {
        await panel.show(message);
        await panel.openDetails();
        assert.deepEqual(await seriousFindings(panel.page), [], `${name} in ${theme}`);
        await panel.screenshot(`${name}-${theme}`);
      }
    });
  }

  it('fits a width of 300 pixels and a zoom of 200 %', async () => {
    for (const options of [{ width: 300 }, { width: 1280, zoom: 2 }, { width: 1600 }]) {
      panel = await PanelPage.open(browser, { ...options, theme: 'light' });
      for (const [name, message] of Object.entries({ ...states, long: snapshot({ longNames: true, prompts: 300 }) })) {
        await panel.show(message);
        assert.equal(await panel.overflows(), false, `${name} at ${JSON.stringify(options)}`);
        await panel.screenshot(`${name}-${options.width}${options.zoom ? '-zoomed' : ''}`);
      }
      if (options.width !== 1600) await panel.page.close();
    }
  });

  it('answers first: model, certainty, comparison, cost and why', async () => {
    const message = snapshot({ preference: 'quality' }, { settings: { preference: 'quality', mode: 'guarded' } });
    await open(message);
    const { decision, pick } = decisionOf(message);
    const answer = panel.page.locator('.answer');
    assert.equal(await textOf(answer.locator('h1')), pick.name);
    const text = await textOf(answer);
    assert.match(text, new RegExp(`${Math.round(pick.probability * 100)}%`));
    assert.match(text, /with 80% certainty/);
    assert.match(text, /a thousand prompts/);
    const best = message.recommendation.candidates.find(({ model }) => model === decision.bestOnAverage);
    assert.ok(text.includes(best?.name ?? '?'));
    assert.ok((await textOf(answer.locator('.why'))).includes(pick.name));
    // The first heading on the page is the answer.
    assert.equal(await textOf(panel.page.locator('h1, h2').first()), pick.name);
  });

  it('says what a fallback means', async () => {
    await open(snapshot({ distanceWord: 'far' }));
    const text = await textOf(panel.page.locator('.answer'));
    assert.match(text, /Fallback: the best model on average/);
    assert.match(text, /Nothing in the evidence resembles this input/);
    assert.match(await textOf(panel.page.locator('#evidence')), /Far from everything that has been measured/);
  });

  it('re-ranks at every move of the dial, as choose does, and keeps the setting through a reload', async () => {
    const message = snapshot();
    await open(message);
    const dial = panel.page.getByRole('slider', { name: 'Quality or price' });
    await dial.focus();
    await dial.press('Home');
    assert.equal(await textOf(panel.page.locator('.answer h1')), nameAt(message, 'quality'));
    await dial.press('End');
    assert.equal(await textOf(panel.page.locator('.answer h1')), nameAt(message, 'price'));
    assert.notEqual(nameAt(message, 'price'), nameAt(message, 'quality'));
    assert.match((await dial.getAttribute('aria-valuetext')) ?? '', /Price\. Up to 12 points/);
    assert.deepEqual(
      await textOf(panel.page.locator('[role=status]').first()),
      `Recommended: ${nameAt(message, 'price')}`,
    );
    await panel.page.getByRole('button', { name: 'Keep as default' }).click();
    assert.deepEqual(await panel.sentOf('savePreference'), [{ type: 'savePreference', preference: 'price' }]);
    await panel.reload();
    await panel.show(message);
    assert.equal(await textOf(panel.page.locator('.answer h1')), nameAt(message, 'price'));
  });

  it('keeps the source for the serializer, and starts afresh for another source', async () => {
    await open(snapshot());
    await panel.page.getByRole('searchbox', { name: 'Filter models' }).fill('aurora');
    await panel.settled();
    const state = await panel.page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? '{}'));
    assert.equal(state.source, context().source);
    assert.equal(state.view.filter, 'aurora');
    await panel.show(snapshot({}, { source: 'file:///workspace/other.md' }));
    assert.equal(await panel.page.getByRole('searchbox', { name: 'Filter models' }).inputValue(), '');
  });

  it('pins and excludes with the keyboard alone', async () => {
    const message = snapshot();
    await open(message);
    const { pick } = decisionOf(message);
    const exclude = panel.page.getByRole('button', { name: `Exclude ${pick.name}`, exact: true });
    await exclude.focus();
    await exclude.press('Enter');
    const second = await textOf(panel.page.locator('.answer h1'));
    assert.notEqual(second, pick.name);
    const other = message.recommendation.candidates.find(({ name }) => name !== pick.name && name !== second);
    await panel.page.getByRole('button', { name: /^Show all 36/ }).click();
    const pin = panel.page.getByRole('button', { name: `Pin ${other?.name}`, exact: true });
    await pin.focus();
    await pin.press('Space');
    assert.equal(await textOf(panel.page.locator('.answer h1')), other?.name);
    assert.equal(await pin.getAttribute('aria-pressed'), 'true');
    await panel.page.getByRole('button', { name: 'Clear pins and exclusions' }).click();
    assert.equal(await textOf(panel.page.locator('.answer h1')), pick.name);
  });

  it('offers a way out where no candidate is left', async () => {
    const message = snapshot({ models: 3 });
    await open(message);
    for (const { name } of message.recommendation.candidates)
      await panel.page.getByRole('button', { name: `Exclude ${name}`, exact: true }).click();
    assert.equal(await textOf(panel.page.locator('.answer h1')), 'No candidate is left');
    await panel.page.getByRole('button', { name: 'Choose candidates…' }).click();
    await panel.sentOf('chooseCandidates');
    await panel.page.locator('.answer').getByRole('button', { name: 'Clear pins and exclusions' }).click();
    assert.notEqual(await textOf(panel.page.locator('.answer h1')), 'No candidate is left');
  });

  it('sorts and filters a real table', async () => {
    const message = snapshot();
    await open(message);
    const table = panel.page.locator('table.candidates');
    const header = table.getByRole('columnheader', { name: 'Cost of 1,000' });
    await header.getByRole('button').click();
    assert.equal(await header.getAttribute('aria-sort'), 'ascending');
    const cheapest = [...message.recommendation.candidates]
      .filter(({ cost }) => cost.usd !== null)
      .sort((a, b) => (a.cost.usd ?? 0) - (b.cost.usd ?? 0));
    assert.equal(await textOf(table.locator('tbody .name').first()), cheapest[0]?.name);
    await header.getByRole('button').click();
    assert.equal(await header.getAttribute('aria-sort'), 'descending');
    assert.equal(await textOf(table.locator('tbody .name').first()), cheapest.at(-1)?.name);
    await panel.page.getByRole('checkbox', { name: 'open weights' }).check();
    const open_ = message.recommendation.candidates.filter(({ openWeights }) => openWeights).length;
    assert.ok(await panel.page.getByText(`${open_} of 36 models`).isVisible());
    await panel.page.getByRole('searchbox', { name: 'Filter models' }).fill('no such model');
    assert.ok(await panel.page.getByText('No model passes the filter.').isVisible());
  });

  it('marks old prices in words, not by colour alone, and offers to update them', async () => {
    await open(snapshot());
    const old = panel.page.locator('table.candidates .amber').first();
    assert.match(await textOf(old), /2026-04-02, 152 days old/);
    assert.match(await textOf(panel.page.locator('.old-prices')), /Prices are up to 152 days old/);
    await panel.page.getByRole('button', { name: 'Update Catalog from File…' }).click();
    await panel.sentOf('updateCatalog');
    await panel.show(snapshot({}, { today: '2026-05-01' }));
    assert.equal(await panel.page.locator('table.candidates .amber, .old-prices').count(), 0);
  });

  it('says why cheaper models are not taken, and nothing at the quality end', async () => {
    const message = snapshot();
    await open(message);
    const { pick } = decisionOf(message);
    await panel.page.getByRole('button', { name: /^Show all 36/ }).click();
    const rows = panel.page.locator('table.candidates tbody tr');
    const cheaper = message.recommendation.candidates.filter(
      ({ cost }) => cost.usd !== null && pick.cost.usd !== null && cost.usd < pick.cost.usd,
    );
    assert.equal(await rows.filter({ hasText: /Cheaper, but/ }).count(), cheaper.length);
    assert.ok((await rows.filter({ hasText: /Cheaper, but [\d.]+ points? lost; \d+ allowed/ }).count()) > 0);
    await panel.page.getByRole('slider', { name: 'Quality or price' }).press('Home');
    await panel.settled();
    await rows
      .filter({ hasText: /Cheaper, but/ })
      .first()
      .waitFor({ state: 'detached' });
  });

  it('draws the chart again after a filter that left nothing to draw', async () => {
    await open(snapshot());
    const chart = panel.page.locator('#alternatives .chart svg');
    const before = await chart.getAttribute('width');
    const filter = panel.page.getByRole('searchbox', { name: 'Filter models' });
    await filter.fill('no such model');
    await chart.waitFor({ state: 'detached' });
    await filter.fill('');
    await chart.waitFor();
    assert.equal(await chart.getAttribute('width'), before);
  });

  it('compares two models from the chart with the arrow keys', async () => {
    await open(snapshot());
    const chart = panel.page.getByRole('group', { name: /Cost and quality of 33 models/ });
    const stops = chart.locator('button[tabindex="0"]');
    assert.equal(await stops.count(), 1, 'one stop in the order of tabs');
    await stops.focus();
    await panel.page.keyboard.press('ArrowRight');
    const label = await panel.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const name = label.split(':')[0] ?? '';
    assert.match(label, /expected correctness, .* a thousand prompts$/);
    await panel.page.keyboard.press('Enter');
    const second = panel.page.locator('#compare select').nth(1);
    assert.equal(await second.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text), name);
    assert.match(await textOf(panel.page.locator('.verdict')), /Difference: .* points/);
  });

  it('shows hundred thousand rows at once, and only those in sight are in the page', async () => {
    await open(snapshot({ prompts: 100_000 }));
    const rows = panel.page.locator('table.rows');
    await panel.page.getByRole('button', { name: /^All 100,000/ }).click();
    assert.equal(await rows.getAttribute('aria-rowcount'), '100001');
    assert.ok((await rows.locator('tbody tr').count()) < 60);
    await panel.page.locator('.rows-scroll').evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await rows.getByRole('button', { name: 'Show line 100,000 in the editor' }).click();
    assert.deepEqual(await panel.sentOf('openRow'), [{ type: 'openRow', line: 100_000 }]);
    await panel.page.getByRole('searchbox', { name: 'Filter rows' }).fill('order 102345');
    assert.equal(await rows.getAttribute('aria-rowcount'), '2');
  });

  it('updates at once from a few labels, says how far it moved and why, and what to label next', async () => {
    const message = snapshot({ prompts: 600 });
    await open(message);
    const labels = panel.page.locator('#labels');
    const before = await textOf(panel.page.locator('.answer h1'));
    const heads = await labels.locator('thead th').allInnerTexts();
    const rival = heads.slice(2).find((name) => name !== before) ?? '';
    assert.match(await textOf(labels.locator('.next')), /Most worth marking next: line \d+ with /);
    for (let marked = 0; marked < 8; marked++) {
      const row = labels.locator('tbody tr').nth(marked);
      await row.getByRole('button', { name: new RegExp(`^${escaped(before)} was wrong on`) }).click();
      await row.getByRole('button', { name: new RegExp(`^${escaped(rival)} was right on`) }).click();
    }
    const after = await textOf(panel.page.locator('.answer h1'));
    assert.notEqual(after, before);
    const effect = await textOf(labels.locator('.effect'));
    assert.ok(effect.includes(`The recommendation moved from ${before} to ${after}.`), effect);
    assert.ok(effect.includes(`${before} right on 0 of 8`), effect);
    const saved = (await panel.sentOf('saveLabels')).at(-1);
    assert.equal(saved?.labels.length, 16);
    await panel.screenshot('labels-dark');
    await panel.page.getByRole('button', { name: 'Remove all labels' }).click();
    assert.equal(await textOf(panel.page.locator('.answer h1')), before);
    assert.deepEqual((await panel.sentOf('saveLabels')).at(-1)?.labels, []);
  });

  it('takes pasted labels, and says which lines it does not understand', async () => {
    const message = snapshot({ prompts: 60 });
    await open(message);
    await panel.page.getByText('Load a labelled file, or paste labels').click();
    const model = message.recommendation.candidates[0]?.model;
    await panel.page
      .locator('#labels textarea')
      .fill(`ticket-3, ${model}, right\nticket-4;${model};0.25\nticket-999, ${model}, right`);
    await panel.page.getByRole('button', { name: 'Take these labels' }).click();
    assert.deepEqual((await panel.sentOf('saveLabels')).at(-1)?.labels, [
      { row: 'ticket-3', model, correctness: 1 },
      { row: 'ticket-4', model, correctness: 0.25 },
    ]);
    assert.match(await textOf(panel.page.locator('#labels')), /Not understood: line 3/);
  });

  it('tells what was read, and asks for another column', async () => {
    await open(snapshot({ prompts: 50, skipped: 3 }));
    const reading = panel.page.locator('#reading');
    const text = await textOf(reading);
    for (const part of [
      'JSON Lines',
      'utf-8',
      '3 rows were skipped',
      'the line is not valid JSON',
      'expected_answer, scores',
    ])
      assert.ok(text.includes(part), part);
    await reading.getByLabel('Prompt column').selectOption('ticket.title');
    assert.deepEqual(await panel.sentOf('setColumn'), [{ type: 'setColumn', column: 'ticket.title' }]);
  });

  it('shows progress with a first answer, and can be cancelled', async () => {
    await open(busy);
    const text = await textOf(panel.page.locator('.busy'));
    for (const part of ['45,210 rows', '11,800 rows/s', '1 min 21 s left']) assert.ok(text.includes(part), text);
    assert.match(await textOf(panel.page.locator('.sample')), /uniform sample of 400 out of 1,000,000 rows/);
    await panel.page.getByRole('button', { name: 'Cancel' }).click();
    await panel.sentOf('cancel');
  });

  it('says what went wrong and what to do next', async () => {
    await open(failed);
    const alert = panel.page.getByRole('alert');
    assert.match(await textOf(alert), /no column that holds prompts/);
    assert.match(await textOf(alert), /Rename the column/);
    await panel.page.getByRole('button', { name: 'Try again' }).click();
    await panel.sentOf('retry');
  });

  it('exports tables, a report and pictures', async () => {
    const message = snapshot({ prompts: 40 });
    await open(message);
    for (const name of ['Report (Markdown)', 'Models (CSV)', 'Rows (CSV)', 'Rows (JSONL)'])
      await panel.page.getByRole('button', { name }).click();
    await panel.page.getByRole('button', { name: 'Save Cost and quality as SVG' }).click();
    await panel.page.getByRole('button', { name: 'Save Cost and quality as PNG' }).click();
    await panel.page.waitForFunction(() =>
      (window as unknown as { sent: { name?: string }[] }).sent.some(({ name }) => name === 'cost-quality.png'),
    );
    const files = new Map((await panel.sentOf('export')).map((file) => [file.name, file]));
    const { pick } = decisionOf(message);
    assert.ok(files.get('support-tickets.recommendation.md')?.content.includes(`**${pick.name}**`));
    const models = files.get('support-tickets.models.csv')?.content.split('\r\n') ?? [];
    assert.equal(models.length, 1 + 36 + 1);
    const rows = (files.get('support-tickets.picks.jsonl')?.content ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(rows.length, 40);
    assert.equal(rows[0].id, 'ticket-1');
    assert.match(files.get('cost-quality.svg')?.content ?? '', /^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.ok(!/var\(|class=|tabindex/.test(files.get('cost-quality.svg')?.content ?? ''));
    const png = Buffer.from(files.get('cost-quality.png')?.content ?? '', 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
  });

  it('evaluates: gain, calibration, categories, rows that were wrong, and exports', async () => {
    const made = evaluation();
    await open({ type: 'evaluation', context: context(), evaluation: made });
    const text = await textOf(panel.page.locator('main'));
    for (const part of [
      'Gain over the best single model',
      '+2.1',
      'Calibration',
      'By category',
      'Rückgabe & Umtausch',
      'not known to the router',
    ])
      assert.ok(text.includes(part), part);
    await panel.page.getByRole('button', { name: 'Report (Markdown)' }).click();
    const [file] = await panel.sentOf('export');
    assert.equal(file?.name, 'labelled-answers.evaluation.md');
    assert.ok(file?.content.includes('| Oracle: the best model for each row |'));
  });

  it('speaks German completely', async () => {
    panel = await PanelPage.open(browser, { theme: 'light' });
    for (const [name, message] of Object.entries(states)) {
      await panel.show({ ...message, context: { ...message.context, strings: german, locale: 'de' } });
      await panel.openDetails();
      await panel.screenshot(`${name}-de`);
    }
    await panel.show(snapshot({ prompts: 1200 }, { strings: german, locale: 'de' }));
    const text = await textOf(panel.page.locator('main'));
    assert.match(text, /Erwartete Richtigkeit/);
    assert.match(text, /1\.200/);
    assert.equal(await panel.page.evaluate(() => document.documentElement.lang), 'de');
  });

  it('every element that acts has a name, and the focus is always visible', async () => {
    await open(snapshot({ prompts: 30, skipped: 2 }));
    const seen = new Set<string>();
    for (let step = 0; step < 400; step++) {
      await panel.page.keyboard.press('Tab');
      const focus = await panel.page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        if (element === document.body) return null;
        element.dataset.seen ??= String(document.querySelectorAll('[data-seen]').length);
        const style = getComputedStyle(element);
        const named =
          element.getAttribute('aria-label') ||
          element.textContent?.trim() ||
          (element as HTMLInputElement).labels?.[0]?.textContent;
        return {
          key: element.dataset.seen,
          named: Boolean(named),
          outlined: style.outlineStyle !== 'none',
          html: element.outerHTML.slice(0, 120),
        };
      });
      if (focus === null || seen.has(focus.key)) break;
      seen.add(focus.key);
      assert.ok(focus.named, focus.html);
      assert.ok(focus.outlined, focus.html);
    }
    const all = await panel.page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>('button, select, input, textarea, summary, [tabindex="0"]')].filter(
          (element) => element.tabIndex >= 0 && element.checkVisibility() && !element.dataset.seen,
        ).length,
    );
    assert.equal(all, 0, 'elements that Tab never reached');
  });
});

function decisionOf(message: Extract<ToPanel, { type: 'recommendation' }>): {
  decision: (typeof message)['recommendation']['recommendation'];
  pick: (typeof message)['recommendation']['candidates'][number];
} {
  const decision = message.recommendation.recommendation;
  const pick = message.recommendation.candidates.find(({ model }) => model === decision.model);
  assert.ok(pick);
  return { decision, pick };
}

function nameAt(message: Extract<ToPanel, { type: 'recommendation' }>, preference: 'quality' | 'price'): string {
  const { candidates, distanceWord, prompts } = message.recommendation;
  const choice = choose({ candidates, distanceWord, prompts }, policyOf(preference, 'guarded'));
  return candidates.find(({ model }) => model === choice?.decision.model)?.name ?? '';
}

/** What a reader sees of an element, once it is there. */
async function textOf(locator: Locator): Promise<string> {
  await locator.waitFor();
  return (await locator.allInnerTexts())[0] ?? '';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
