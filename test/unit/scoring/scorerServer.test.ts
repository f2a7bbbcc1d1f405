import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import type { ScoringBundle } from '../../../src/core/bundle/scoringBundle';
import { RecommendError } from '../../../src/core/errors';
import type { FromScorer, Progress, ToScorer } from '../../../src/scoring/protocol';
import { progressReporter, ScorerServer } from '../../../src/scoring/scorerServer';
import { WorkQueue } from '../../../src/scoring/workQueue';
import { tinyBundle } from '../support/tinyBundle';

const options = { mode: 'guarded', preference: 'quality', candidates: [] } as const;

function text(id: number, content: string, name = 'a.txt'): ToScorer {
  return { type: 'recommend', id, bundle: 'models', source: { kind: 'text', name, text: content }, options };
}

function server(load: () => Promise<ScoringBundle> = async () => tinyBundle()) {
  const sent: FromScorer[] = [];
  return { sent, server: new ScorerServer(load, (message) => sent.push(message)) };
}

describe('ScorerServer', () => {
  it('answers a request and loads the bundle once', async () => {
    let loads = 0;
    const { sent, server: scorer } = server(async () => {
      loads++;
      return tinyBundle();
    });
    await Promise.all([scorer.receive(text(1, 'add the numbers')), scorer.receive(text(2, 'fix the python function'))]);
    assert.equal(loads, 1);
    assert.equal(sent.filter(({ type }) => type === 'recommendation').length, 2);
    const answers = new Map(sent.map((message) => [message.type === 'recommendation' ? message.id : 0, message]));
    const second = answers.get(2);
    assert.equal(second?.type === 'recommendation' && second.recommendation.recommendation.model, 'coder');
  });

  it('tries again to load a bundle that could not be loaded', async () => {
    let loads = 0;
    const { sent, server: scorer } = server(async () => {
      if (++loads === 1) throw new RecommendError('BUNDLE_MISSING', 'No bundle.', 'Install it.');
      return tinyBundle();
    });
    await scorer.receive(text(1, 'add'));
    await scorer.receive(text(2, 'add'));
    assert.equal(sent[0]?.type === 'failed' && sent[0].error.code, 'BUNDLE_MISSING');
    assert.equal(sent[1]?.type, 'recommendation');
  });

  it('asks the host for files that only it can read, and ends the question with the request', async () => {
    const sent: FromScorer[] = [];
    const scorer = new ScorerServer(
      async () => tinyBundle(),
      (message) => {
        sent.push(message);
        if (message.type !== 'reference') return;
        if (message.reference === 'never.md') void scorer.receive({ type: 'cancel', id: message.id });
        else {
          const found =
            message.reference === 'sums.md'
              ? { name: 'docs/sums.md', bytes: new TextEncoder().encode('add the numbers') }
              : 'missing';
          void scorer.receive({ type: 'referenced', id: message.id, question: message.question, found });
        }
      },
    );
    const place = { kind: 'virtual', uri: 'memory:/w/a.prompt.md' } as const;
    const request = (id: number, text: string): ToScorer => ({
      type: 'recommend',
      id,
      bundle: 'models',
      source: { kind: 'bytes', name: 'a.prompt.md', bytes: new TextEncoder().encode(text), place },
      options,
    });
    await scorer.receive(request(1, 'Check #file:sums.md against #file:gone.md'));
    const answer = sent.find(({ type }) => type === 'recommendation');
    assert.ok(answer?.type === 'recommendation');
    assert.deepEqual(answer.recommendation.read.references, [
      { path: 'sums.md', outcome: 'included' },
      { path: 'gone.md', outcome: 'missing' },
    ]);
    const asked = sent.filter((message) => message.type === 'reference');
    assert.deepEqual(
      asked.map(({ id, uri, reference }) => [id, uri, reference]),
      [
        [1, place.uri, 'sums.md'],
        [1, place.uri, 'gone.md'],
      ],
    );
    await scorer.receive(request(2, 'Check #file:never.md'));
    const failed = sent.at(-1);
    assert.ok(failed?.type === 'failed' && failed.id === 2);
    assert.equal(failed.error.code, 'CANCELLED');
  });

  it('reads what unsaved text in a local workspace refers to', async () => {
    const { sent, server: scorer } = server();
    const root = resolve('samples');
    const place = { kind: 'local', path: join(root, 'a.prompt.md'), workspaceRoot: root } as const;
    const text = 'See #file:house-rules.md and #file:../package.json';
    await scorer.receive({
      type: 'recommend',
      id: 1,
      bundle: 'models',
      source: { kind: 'text', name: 'a.prompt.md', text, languageId: 'prompt', place },
      options,
    });
    const [answer] = sent;
    assert.ok(answer?.type === 'recommendation');
    assert.deepEqual(answer.recommendation.read.references, [
      { path: 'house-rules.md', outcome: 'included' },
      { path: '../package.json', outcome: 'outside-workspace' },
    ]);
  });

  it('answers a short request before a long dataset is done', async () => {
    const { sent, server: scorer } = server();
    const rows = Array.from({ length: 2_000 }, (_, index) => JSON.stringify({ prompt: `add the numbers ${index}` }));
    await Promise.all([
      scorer.receive(text(1, rows.join('\n'), 'd.jsonl')),
      scorer.receive(text(2, 'add the numbers')),
    ]);
    const order = sent.filter(({ type }) => type === 'recommendation').map((message) => 'id' in message && message.id);
    assert.deepEqual(order, [2, 1]);
  });

  it('answers a large dataset from a sample first, labelled as such, with wider intervals', async () => {
    const { sent, server: scorer } = server();
    const rows = Array.from({ length: 3_000 }, (_, index) =>
      JSON.stringify({
        prompt: index % 3 === 0 ? 'fix the bug in this python function' : `add the numbers ${index}`,
        answer: 'x'.repeat(3_000),
      }),
    );
    await scorer.receive(text(1, rows.join('\n'), 'd.jsonl'));
    const answers = sent.filter((message) => message.type === 'preview' || message.type === 'recommendation');
    assert.deepEqual(
      answers.map(({ type }) => type),
      ['preview', 'recommendation'],
    );
    const [preview, whole] = answers.map((message) => ('recommendation' in message ? message.recommendation : null));
    assert.equal(preview?.prompts, 200);
    assert.equal(preview?.read.sample?.prompts, 200);
    assert.ok(Math.abs((preview?.read.sample?.ofRows ?? 0) - 3_000) < 500);
    assert.equal(whole?.prompts, 3_000);
    assert.equal(whole?.read.sample, undefined);
    for (const candidate of preview?.candidates ?? []) {
      const same = whole?.candidates.find(({ model }) => model === candidate.model);
      const logit = (probability: number): number => Math.log(probability / (1 - probability));
      const width = ([low, high]: readonly [number, number] = [0.5, 0.5]): number => logit(high) - logit(low);
      // Who is equally good at everything has nearly the same logit in every row: a sample adds no error.
      const wider = width(candidate.interval) - width(same?.interval);
      const specialist = candidate.model === 'mathematician' || candidate.model === 'coder';
      assert.ok(wider > (specialist ? 0.001 : -1e-6), `${candidate.model} ${wider}`);
      assert.ok(Math.abs(candidate.probability - (same?.probability ?? 0)) < 0.1);
    }
  });

  it('ends a cancelled request with CANCELLED and goes on', async () => {
    const { sent, server: scorer } = server();
    const rows = Array.from({ length: 2_000 }, (_, index) => JSON.stringify({ prompt: `add the numbers ${index}` }));
    const long = scorer.receive(text(1, rows.join('\n'), 'd.jsonl'));
    await scorer.receive({ type: 'cancel', id: 1 });
    await long;
    assert.equal(sent[0]?.type === 'failed' && sent[0].error.code, 'CANCELLED');
    await scorer.receive(text(2, 'add the numbers'));
    assert.equal(sent.at(-1)?.type, 'recommendation');
  });

  it('reports an empty input as a failure with a next step', async () => {
    const { sent, server: scorer } = server();
    await scorer.receive(text(1, '', 'd.jsonl'));
    const [failed] = sent;
    assert.ok(failed?.type === 'failed');
    assert.ok(failed.error.nextStep.text.length > 0);
    assert.notEqual(failed.error.code, 'INTERNAL');
  });

  it('refuses a message that is none of the protocol', async () => {
    const { sent, server: scorer } = server();
    await scorer.receive({ type: 'recommend', id: 7, bundle: 5 });
    assert.equal(sent[0]?.type === 'failed' && sent[0].id, 7);
  });

  it('evaluates a labelled dataset', async () => {
    const { sent, server: scorer } = server();
    const rows = [
      ...Array.from({ length: 20 }, (_, index) => ({
        prompt: `add the numbers ${index}`,
        category: 'maths',
        scores: { 'acme/mathematician': 1, coder: 0, stranger: 1 },
      })),
      ...Array.from({ length: 10 }, (_, index) => ({
        prompt: `fix the python function ${index}`,
        category: 'code',
        scores: { 'acme/mathematician': 0, coder: 1, stranger: 0 },
      })),
      { prompt: 'no label' },
    ];
    const source = { kind: 'text' as const, name: 'd.jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };
    await scorer.receive({ type: 'evaluate', id: 1, bundle: 'models', source, options });
    const answer = sent.find(({ type }) => type !== 'progress');
    assert.ok(answer?.type === 'evaluation', JSON.stringify(answer));
    const { evaluation } = answer;
    assert.equal(evaluation.prompts, 30);
    assert.equal(evaluation.routed, 1);
    assert.equal(evaluation.oracle, 1);
    assert.equal(evaluation.random, 0.5);
    assert.deepEqual(evaluation.bestSingle, { model: 'mathematician', accuracy: 2 / 3 });
    assert.equal(evaluation.recommended.model, 'mathematician');
    assert.ok(evaluation.gainInterval[0] > 0);
    assert.deepEqual(evaluation.models.find(({ model }) => model === 'stranger')?.known, false);
    assert.deepEqual(
      evaluation.categories?.map(({ category, prompts }) => [category, prompts]),
      [
        ['maths', 20],
        ['code', 10],
      ],
    );
  });

  it('says so when a dataset has no labels', async () => {
    const { sent, server: scorer } = server();
    const source = { kind: 'text' as const, name: 'd.jsonl', text: '{"prompt":"add the numbers"}' };
    await scorer.receive({ type: 'evaluate', id: 1, bundle: 'models', source, options });
    assert.equal(sent[0]?.type === 'failed' && sent[0].error.code, 'NO_LABELS');
  });
});

describe('WorkQueue', () => {
  it('gives turns to the job that has had the fewest', async () => {
    const queue = new WorkQueue();
    const order: string[] = [];
    const run = async (name: string, turns: number): Promise<void> => {
      const job = queue.start();
      for (let turn = 0; turn < turns; turn++) {
        await job.turn();
        order.push(name);
      }
      job.end();
    };
    await Promise.all([run('long', 6), run('short', 2)]);
    assert.equal(order.length, 8);
    assert.ok(order.lastIndexOf('short') <= 4, order.join(' '));
  });
});

describe('progressReporter', () => {
  it('tells rows, speed, fraction and time left, not too often', () => {
    const sent: Progress[] = [];
    let now = 0;
    const reading = { progress: () => ({ rows: 5, bytesRead: 25, bytesTotal: 100 }) };
    const report = progressReporter(
      reading,
      (progress) => sent.push(progress),
      () => now,
    );
    report();
    assert.equal(sent.length, 0, 'too early');
    now = 1_000;
    report();
    report();
    assert.deepEqual(sent, [{ rows: 5, rowsPerSecond: 5, fraction: 0.25, secondsLeft: 3 }]);
  });
});
