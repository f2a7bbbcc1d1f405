import assert from 'node:assert/strict';
import * as v from 'valibot';
import { expectedCost } from '../../../src/core/cost/expectedCost';
import { fitTokenModel, type TokenFit } from '../../../src/core/cost/fitTokenModel';
import { EstimatedTokens, InputTokens, loadTokenCounter } from '../../../src/core/cost/inputTokens';
import { readUsage, type UsageRow } from '../../../src/core/cost/readUsage';
import { familiarityAt, tokenEstimator, tokenModelSchema } from '../../../src/core/cost/tokenModel';
import { seededRandom } from '../../../src/core/scores/seededRandom';
import { plainMatMul } from '../../../src/core/training/matMul';

async function* lines(...values: unknown[]): AsyncGenerator<string> {
  for (const value of values) yield typeof value === 'string' ? value : JSON.stringify(value);
}

/** Tasks in a plane: the code tasks close together, the agent task apart. */
const tasks = ['a', 'b', 'c', 'd', 'agent', 'unmeasured'].map((name, index) => ({
  name,
  kind: name === 'agent' ? 'code-agent' : 'code',
  centroid: name === 'agent' ? [0, 1] : [Math.cos(index * 0.1), Math.sin(index * 0.1)],
}));

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
  const rows = usage({ terse: 0.5, plain: 1, wordy: 4, 'wordy-low': 2 }, { a: 1, b: 10, c: 3, d: 0.3, agent: 30 });
  let fit: TokenFit;
  let names: string[] = [];
  before(async () => {
    fit = await fitTokenModel(rows, tasks, (model) => model.startsWith('wordy'), plainMatMul);
    names = fit.tokens.tasks;
  });
  const expected = (
    model: string,
    on: string,
    familiarity = 1,
  ): { readonly output: number; readonly agentInput: number } => {
    const output = new Float64Array(1);
    const verbosity = fit.verbosity(model).value;
    const estimator = tokenEstimator(fit.tokens, names, [
      { id: model, verbosity, reasoning: model.startsWith('wordy') },
    ]);
    const agentInput = estimator.estimate(
      names.map((name) => (name === on ? 1 : 0)),
      familiarity,
      output,
    );
    return { output: output[0] ?? 0, agentInput };
  };

  it('makes a valid token model', () => {
    assert.deepEqual(v.parse(tokenModelSchema, fit.tokens), fit.tokens);
  });

  it('estimates measured pairs close to what was measured', () => {
    for (const { model, benchmark, outputTokens } of rows) {
      const ratio = expected(model, benchmark).output / outputTokens;
      assert.ok(ratio > 0.6 && ratio < 1.6, `${model} on ${benchmark}: ${ratio}`);
    }
  });

  it('orders models by verbosity and counts the tasks behind it', () => {
    assert.ok(fit.verbosity('terse').value < fit.verbosity('plain').value);
    assert.ok(fit.verbosity('plain').value < fit.verbosity('wordy').value);
    assert.equal(fit.verbosity('wordy').tasks, 5);
    assert.equal(fit.verbosity('stranger').tasks, 0);
  });

  it('gives what was never measured the level of its likes', () => {
    const code = ['a', 'b', 'c', 'd'].map((name) => expected('plain', name).output);
    const unmeasured = expected('plain', 'unmeasured').output;
    assert.ok(unmeasured > Math.min(...code) && unmeasured < Math.max(...code), String(unmeasured));
    const plain = fit.verbosity('stranger').value;
    const reasoning = fit.verbosity('wordy-like stranger').value;
    assert.ok(reasoning > plain, 'of its class');
    const ratio = fit.verbosity('plain-high').value - fit.verbosity('plain-low').value;
    assert.ok(Math.abs(ratio - Math.log(2.25 / 0.48)) < 0.002, 'of its siblings, by the published ratio of efforts');
  });

  it('believes the neighbourhood only as far as the input is familiar', () => {
    const near = expected('plain', 'd').output;
    const between = expected('plain', 'd', 0.5).output;
    const far = expected('plain', 'd', 0).output;
    assert.ok(near < between && between < far, `${near} ${between} ${far}`);
    assert.ok(Math.abs(between - Math.sqrt(near * far)) < 1e-9, 'in proportion, in logarithms');
    const levels = fit.tokens.levels;
    const known = (task: string): number => Math.exp(levels[names.indexOf(task)] ?? 0);
    const ratio = expected('plain', 'b', 0).output / far / (expected('plain', 'b').output / near);
    assert.ok(Math.abs(ratio - known('d') / known('b')) < 1e-9, 'far away all tasks are of one level');
    assert.ok(far > near / known('d'), 'what is new is longer than the average task');
  });

  it('knows familiarity by the distance in units of near', () => {
    assert.deepEqual(
      [0, 0.2, 0.35, 0.5, 1].map((distance) => Math.round(100 * familiarityAt(distance, 0.3)) / 100),
      [1, 1, 0.5, 0, 0],
    );
  });

  it('tells agent loops by their input tokens', () => {
    assert.ok(Math.abs(expected('plain', 'agent').agentInput - 50_000) < 100);
    assert.equal(expected('plain', 'a').agentInput, 0);
  });

  it('takes parts of a benchmark that count as tasks', async () => {
    const row = { benchmark: 'whole', model: 'm', inputTokens: null };
    const parts = await fitTokenModel(
      [
        { ...row, category: 'x/1', items: 1, outputTokens: 100 },
        { ...row, category: 'x/2', items: 3, outputTokens: 300 },
        { ...row, category: null, items: 4, outputTokens: 9_000 },
      ],
      [{ name: 'whole/x', kind: null, centroid: [1] }],
      () => false,
      plainMatMul,
    );
    assert.ok(Math.abs(Math.exp(parts.tokens.level) * parts.tokens.meanFactor - 250) < 5);
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
  it('estimates tokens from the length of a text, in any script', async () => {
    const count = await loadTokenCounter();
    const texts = [
      'Where a train leaves at nine and another at ten, which one is in the capital first? Explain your answer step by step.',
      'for (let row = 0; row < rows.length; row++) if (rows[row].id === wanted) return rows[row].value;',
      'Welche dieser Städte liegt am weitesten im Osten, und wie viele Einwohner hatte sie im Jahr 1900?',
      '东京和北京之间的距离是多少公里？请用一句话回答，并说明你的计算方法。',
    ];
    for (const text of texts) {
      const ratio = new EstimatedTokens().of(text) / count(text);
      assert.ok(ratio > 0.7 && ratio < 1.6, `${text}: ${ratio}`);
    }
    assert.equal(new EstimatedTokens().of(''), 0);
    assert.equal(new EstimatedTokens().of('\ud83d\ude00'), 1);
  });

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
