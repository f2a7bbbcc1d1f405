import assert from 'node:assert/strict';
import * as v from 'valibot';
import { expectedCost } from '../../../src/core/cost/expectedCost';
import { fitTokenModel } from '../../../src/core/cost/fitTokenModel';
import { InputTokens, loadTokenCounter } from '../../../src/core/cost/inputTokens';
import { readUsage, type UsageRow } from '../../../src/core/cost/readUsage';
import { tokenEstimator, tokenModelSchema } from '../../../src/core/cost/tokenModel';
import { seededRandom } from '../../../src/core/scores/seededRandom';

async function* lines(...values: unknown[]): AsyncGenerator<string> {
  for (const value of values) yield typeof value === 'string' ? value : JSON.stringify(value);
}

const benchmarks = new Map(
  ['a', 'b', 'c', 'd', 'agent', 'unmeasured'].map((name) => [
    name,
    { kind: name === 'agent' ? 'code-agent' : 'code', family: name },
  ]),
);

/** Tokens that follow the model exactly: 100 · level · verbosity. */
function usage(verbosities: Record<string, number>, levels: Record<string, number>): UsageRow[] {
  return Object.entries(levels).flatMap(([benchmark, level]) =>
    Object.entries(verbosities).map(([model, verbosity]) => ({
      benchmark,
      category: null,
      model,
      items: 10,
      outputTokens: 1.28 * 100 * level * verbosity,
      inputTokens: benchmark === 'agent' ? 50_000 : null,
    })),
  );
}

describe('readUsage', () => {
  it('keeps complete counts and counts what it leaves out', async () => {
    const row = {
      benchmark: 'a',
      category: null,
      model: 'm',
      items: 5,
      output_tokens: { mean: 20 },
      includes_reasoning: true,
    };
    const { rows, skipped } = await readUsage(
      lines(row, { ...row, includes_reasoning: false }, '{', { ...row, output_tokens: null }),
    );
    assert.deepEqual(rows, [
      { benchmark: 'a', category: null, model: 'm', items: 5, outputTokens: 20, inputTokens: null },
    ]);
    assert.deepEqual(Object.fromEntries(skipped), {
      'hidden reasoning is missing or unknown': 1,
      'not a usage row': 1,
      'no output tokens': 1,
    });
  });
});

describe('fitTokenModel', () => {
  const rows = usage({ terse: 0.5, plain: 1, wordy: 2 }, { a: 1, b: 10, c: 3, d: 0.3, agent: 30 });
  const fit = fitTokenModel(rows, benchmarks, (model) => model === 'wordy');

  it('makes a valid token model', () => {
    assert.deepEqual(v.parse(tokenModelSchema, fit.tokens), fit.tokens);
  });

  it('orders models by verbosity and benchmarks by level', () => {
    assert.ok(fit.verbosity('terse').value < fit.verbosity('plain').value);
    assert.ok(fit.verbosity('plain').value < fit.verbosity('wordy').value);
    assert.equal(fit.verbosity('wordy').families, 5);
    const gap = (fit.tokens.benchmarks.b?.output ?? 0) - (fit.tokens.benchmarks.a?.output ?? 0);
    assert.ok(Math.abs(gap - Math.log(10)) < 0.01);
  });

  it('gives what it has not measured the mean of its class, its kind or its siblings', () => {
    assert.equal(fit.verbosity('stranger').value, fit.tokens.classes.plain);
    assert.equal(fit.tokens.benchmarks.unmeasured?.measured, false);
    const sibling = fit.verbosity('plain-high').value - fit.verbosity('plain').value;
    assert.ok(Math.abs(sibling - Math.log(2.25)) < 0.002);
  });

  it('estimates tokens of a measured pair close to what was measured', () => {
    const names = [...benchmarks.keys()];
    const models = ['terse', 'wordy'].map((id) => ({ id, verbosity: fit.verbosity(id).value }));
    const estimator = tokenEstimator(fit.tokens, names, models);
    const output = new Float64Array(2);
    const on = (name: string): number =>
      estimator.estimate(
        names.map((one) => (one === name ? 1 : 0)),
        output,
      );
    assert.equal(on('b'), 0, 'one request');
    const [terse = 0, wordy = 0] = output;
    assert.ok(wordy > 1280 && wordy < 1.28 * 100 * 10 * 2 * 1.1, String(wordy));
    assert.ok(terse < wordy);
    assert.ok(Math.abs(on('agent') - 50_000) < 100);
  });

  it('takes parts of a benchmark that the table counts as benchmarks', () => {
    const parts = fitTokenModel(
      [
        { benchmark: 'whole', category: 'x/1', model: 'm', items: 1, outputTokens: 100, inputTokens: null },
        { benchmark: 'whole', category: 'x/2', model: 'm', items: 3, outputTokens: 300, inputTokens: null },
        { benchmark: 'whole', category: null, model: 'm', items: 4, outputTokens: 250, inputTokens: null },
      ],
      new Map([['whole/x', { kind: null, family: 'whole' }]]),
      () => false,
    );
    assert.equal(parts.tokens.benchmarks['whole/x']?.measured, true);
  });
});

describe('expectedCost', () => {
  const price = { input: 2, output: 10, asOf: '2026-08-01' };
  const spread = { output: 1, agent: 1.7 };

  it('is input and output tokens times their prices, inside its interval', () => {
    const cost = expectedCost({ prompt: 1000, output: 500, agentInput: 0 }, price, false, spread);
    assert.ok(Math.abs((cost.usd ?? 0) - 0.007) < 1e-12);
    const [low, high] = cost.usdInterval ?? [0, 0];
    assert.ok(low > 0.002 && low < 0.007 && high > 0.007);
  });

  it('is a range from one request to many turns for an agent', () => {
    const cost = expectedCost({ prompt: 1000, output: 500, agentInput: 100_000 }, price, true, spread);
    const [low, high] = cost.usdInterval ?? [0, 0];
    assert.ok(low < 0.01 && high > 0.8, `${low} ${high}`);
    assert.equal(cost.agentic, true);
    assert.equal(cost.inputTokens, 101_000);
  });

  it('is unknown without a price', () => {
    assert.equal(expectedCost({ prompt: 1, output: 1, agentInput: 0 }, null, false, spread).usd, null);
  });
});

describe('InputTokens', () => {
  it('counts with a real tokenizer, special-looking text included', async () => {
    const tokens = new InputTokens(await loadTokenCounter());
    assert.equal(tokens.of('hello world'), 2);
    assert.ok(tokens.of('a <|endoftext|> b') > 2);
    assert.equal(tokens.of(''), 0);
  });

  it('estimates long texts from slices and later texts from earlier ones', () => {
    const random = seededRandom(1);
    let calls = 0;
    const tokens = new InputTokens((text) => {
      calls++;
      return text.length / 4;
    });
    assert.equal(tokens.of('x'.repeat(400_000)), 100_000);
    assert.equal(calls, 3);
    for (let index = 0; index < 5000; index++) tokens.of('y'.repeat(4 + Math.floor(random() * 400)));
    assert.equal(tokens.of('z'.repeat(4000)), 1000);
    assert.ok(calls < 2100);
  });
});
