import assert from 'node:assert/strict';
import { RecommendError } from '../../../src/core/errors';
import { textSource } from '../../../src/core/files/source';
import { type PipelineOptions, recommend } from '../../../src/core/pipeline';
import { readPrompts } from '../../../src/core/prompts/readPrompts';
import { keptRows } from '../../../src/core/recommendation/aggregate';
import type { Recommendation } from '../../../src/core/recommendation/recommendation';
import { inEnglish } from '../../../src/core/sentence';
import { tinyBundle } from '../support/tinyBundle';

const bundle = tinyBundle();
const quality: PipelineOptions = { mode: 'guarded', preference: 'quality', candidates: [] };

async function of(name: string, text: string, options: PipelineOptions = quality): Promise<Recommendation> {
  return recommend(bundle, { file: name, ...readPrompts([textSource(name, text)]) }, options);
}

function jsonl(rows: readonly Record<string, unknown>[]): string {
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

describe('recommend', () => {
  it('names different models for different tasks, with their own evidence', async () => {
    const maths = await of('a.txt', 'what is the sum of the numbers two and nine');
    assert.equal(maths.recommendation.model, 'mathematician');
    assert.equal(maths.nearestBenchmarks[0]?.benchmark, 'sums');
    assert.equal(maths.nearest[0]?.benchmark, 'sums');
    assert.equal(maths.dataset, undefined);
    const code = await of('b.txt', 'fix the bug in the python function');
    assert.equal(code.recommendation.model, 'coder');
    assert.equal(code.candidates[0]?.model, 'coder');
  });

  it('marks what resembles nothing as out of distribution and falls back to the best on average', async () => {
    const far = await of('c.txt', 'zxqv 4711 qqqq');
    assert.equal(far.outOfDistribution, true);
    assert.equal(far.distanceWord, 'far');
    assert.equal(far.recommendation.fallback, true);
    assert.equal(far.recommendation.model, 'all-round');
  });

  it('offers only what can be bought, unless asked', async () => {
    const bought = await of('a.txt', 'tell me a story');
    assert.ok(bought.candidates.every(({ model }) => model !== 'retired'));
    const asked = await of('a.txt', 'tell me a story', { ...quality, candidates: ['retired', 'cheap'] });
    assert.equal(asked.recommendation.model, 'retired');
    assert.equal(asked.candidates.length, 2);
  });

  it('takes the cheap model where it is nearly as good and the preference is balanced', async () => {
    const prompt = 'tell me a story about a dragon on holiday';
    const balanced = await of('a.txt', prompt, { ...quality, preference: 'price' });
    assert.equal(balanced.recommendation.model, 'cheap');
    assert.ok((balanced.recommendation.costRatio ?? 1) < 0.1);
    assert.equal((await of('a.txt', prompt)).recommendation.model, 'all-round');
  });

  it('counts an agent-like neighbourhood as a range of costs', async () => {
    const { candidates } = await of('a.txt', 'fix the bug in the python function');
    const coder = candidates.find(({ model }) => model === 'coder');
    assert.equal(coder?.cost.agentic, true);
    assert.ok((coder?.cost.inputTokens ?? 0) > 49_000);
    const [low, high] = coder?.cost.usdInterval ?? [0, 0];
    assert.ok(low < 0.005 && high > 0.1, `${low} ${high}`);
  });

  it('takes a few rows that look like an agent’s among others for single requests', async () => {
    const rows = (bugs: number): string =>
      jsonl(
        Array.from({ length: 10 }, (_, index) => ({
          prompt: index < bugs ? `fix the bug in python function ${index}` : `add the numbers ${index}`,
        })),
      );
    const few = await of('few.jsonl', rows(4));
    const most = await of('most.jsonl', rows(6));
    const loops = ({ candidates }: Recommendation): (number | undefined)[] =>
      candidates.map(({ cost }) => (cost.agentic ? cost.inputTokens : 0));
    assert.ok(
      few.candidates.every(({ cost }) => !cost.agentic && cost.inputTokens < 100),
      String(loops(few)),
    );
    assert.ok(
      most.candidates.every(({ cost }) => cost.agentic && cost.inputTokens > 25_000),
      String(loops(most)),
    );
    for (const route of few.dataset?.routes ?? []) {
      assert.ok((route.usd ?? 1) < 0.01);
      assert.ok(route.costs.every((usd) => (usd ?? 1) < 0.01));
    }
    assert.ok(most.dataset?.routes.every((route) => (route.usd ?? 0) > 0.01));
  });

  it('scores a dataset as a whole, row by row and by category', async () => {
    const rows = [
      ...Array.from({ length: 30 }, (_, index) => ({
        id: `m${index}`,
        prompt: `add the numbers ${index} and five`,
        category: 'maths',
      })),
      ...Array.from({ length: 10 }, (_, index) => ({
        id: `c${index}`,
        prompt: `fix the bug in python function ${index}`,
        category: 'code',
      })),
    ];
    const { dataset, prompts, candidates, recommendation, read } = await of('d.jsonl', jsonl(rows));
    assert.equal(prompts, 40);
    assert.equal(read.promptsScored, 40);
    assert.equal(recommendation.model, 'mathematician');
    assert.ok(dataset);
    const route = dataset.routes[0];
    assert.ok(route);
    assert.deepEqual(route.shares, [
      { model: 'mathematician', rows: 30 },
      { model: 'coder', rows: 10 },
    ]);
    const whole = candidates.find(({ model }) => model === 'mathematician')?.probability ?? 1;
    assert.ok(route.probability > whole, 'routing each row is expected to beat one model for all');
    assert.equal(candidates[route.picks[0] ?? 0]?.model, 'mathematician');
    assert.equal(candidates[route.picks[35] ?? 0]?.model, 'coder');
    assert.deepEqual(
      dataset.slices?.groups.map(({ value, rows: count, pick }) => [value, count, pick]),
      [
        ['maths', 30, 'mathematician'],
        ['code', 10, 'coder'],
      ],
    );
    assert.equal(dataset.rows.ids[35], 'c5');
    assert.equal(dataset.rows.groups?.[35], 1);
    assert.ok(candidates.every(({ scores }) => scores.s1 !== null && scores.s3 !== null));
  });

  it('keeps a bounded sample of rows and counts all', async () => {
    const rows = Array.from({ length: keptRows + 500 }, (_, index) => ({
      prompt: `add the numbers ${index} and five`,
    }));
    const { dataset, prompts } = await of('d.jsonl', jsonl(rows));
    assert.equal(prompts, keptRows + 500);
    assert.equal(dataset?.rows.ids.length, keptRows);
    assert.equal(
      dataset?.routes[0]?.shares.reduce((sum, share) => sum + share.rows, 0),
      keptRows + 500,
    );
    const lines = dataset?.rows.lines ?? [];
    assert.ok(
      lines.every((line, index) => index === 0 || line > (lines[index - 1] ?? 0)),
      'in input order',
    );
  });

  it('scores by the paper in paper mode', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => ({ prompt: `fix the bug in python function ${index}` }));
    const paper = await of('d.jsonl', jsonl(rows), { ...quality, mode: 'paper' });
    assert.equal(paper.recommendation.basis, 'paper');
    assert.equal(paper.recommendation.model, 'all-round');
    const coder = paper.candidates.find(({ model }) => model === 'coder');
    assert.ok(Math.abs((coder?.scores.s3 ?? 0) - 0.9) < 0.01);
  });

  it('is the same every time', async () => {
    const one = await of('a.txt', 'fix the bug in the python function');
    const two = await of('a.txt', 'fix the bug in the python function');
    assert.deepEqual({ ...one, timing: null }, { ...two, timing: null });
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const rows = Array.from({ length: 500 }, (_, index) => ({ prompt: `add ${index}` }));
    await assert.rejects(
      of('d.jsonl', jsonl(rows), { ...quality, signal: abort.signal, onBatch: () => abort.abort() }),
      (error) => RecommendError.is(error) && error.code === 'CANCELLED',
    );
  });

  it('tells of own prices for models that nobody knows', async () => {
    const price = { input: 1, output: 1, asOf: '2026-08-02' };
    const { read } = await of('a.txt', 'add the numbers', {
      ...quality,
      overlay: { prices: { nobody: price }, ownModels: [] },
    });
    assert.match(read.warnings?.map(inEnglish).join(' ') ?? '', /nobody/);
  });
});
