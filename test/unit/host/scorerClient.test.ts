import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecommendError } from '../../../src/core/errors';
import type { Log } from '../../../src/host/log';
import { ScorerClient, type ScorerClientOptions, type ScorerWork } from '../../../src/host/scorerClient';

const doublePath = join(__dirname, 'scorerDouble.entry.js');

function work(text: string): ScorerWork {
  return {
    bundle: '/nowhere',
    source: { kind: 'text', name: 'test.txt', text },
    options: { mode: 'guarded', preference: 'balanced', candidates: [] },
  };
}

const failsWith =
  (code: string) =>
  (thrown: unknown): boolean =>
    RecommendError.is(thrown) && thrown.code === code;

describe('scorer client', () => {
  let started: ChildProcess[];
  let client: ScorerClient;
  let logged: string[];

  function create(options: Partial<ScorerClientOptions> = {}): ScorerClient {
    const write = (line: unknown): void => {
      logged.push(String(line));
    };
    const log: Log = { trace: write, debug: write, info: write, warn: write, error: write };
    client = new ScorerClient({
      start: () => {
        const child = fork(doublePath, [], {
          serialization: 'advanced',
          execArgv: [],
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        });
        started.push(child);
        return child;
      },
      log,
      idleMs: () => 60_000,
      ...options,
    });
    return client;
  }

  beforeEach(() => {
    started = [];
    logged = [];
  });
  afterEach(() => client.dispose());

  it('starts no process before the first request, and one for many', async () => {
    create();
    assert.equal(client.state, 'stopped');
    assert.equal(started.length, 0);
    const answers = await Promise.all([client.recommend(work('one')), client.recommend(work('two'))]);
    assert.deepEqual(
      answers.map(({ file }) => file.split(' ')[0]),
      ['one', 'two'],
    );
    assert.equal(started.length, 1);
    assert.equal(client.state, 'ready');
  });

  it('sends a request again after the process was killed under it', async () => {
    create();
    const flag = join(mkdtempSync(join(tmpdir(), 'scorer-')), 'died');
    const [poisoned, bystander] = await Promise.all([
      client.recommend(work(`die-once ${flag}`)),
      client.recommend(work('bystander')),
    ]);
    assert.match(poisoned.file, /^die-once/);
    assert.match(bystander.file, /^bystander/);
    assert.equal(started.length, 2);
  });

  it('gives up a request that ends two processes, and works on', async () => {
    create();
    await assert.rejects(client.recommend(work('die')), failsWith('SCORER_FAILED'));
    assert.equal(started.length, 2);
    assert.match((await client.recommend(work('after'))).file, /^after/);
  });

  it('stops starting processes after three crashes in a row, until it is restarted', async () => {
    create();
    await assert.rejects(client.recommend(work('die')), failsWith('SCORER_FAILED'));
    await assert.rejects(client.recommend(work('die')), failsWith('SCORER_FAILED'));
    assert.equal(client.state, 'broken');
    const before = started.length;
    await assert.rejects(client.recommend(work('fine')), failsWith('SCORER_FAILED'));
    assert.equal(started.length, before);
    client.restart();
    assert.match((await client.recommend(work('fine'))).file, /^fine/);
  });

  it('reports a process that cannot be started', async () => {
    create({ start: () => fork(join(__dirname, 'no-such-file.js'), [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }) });
    await assert.rejects(client.recommend(work('x')), failsWith('SCORER_FAILED'));
    create({
      start: () => {
        throw new Error('EAGAIN');
      },
    });
    await assert.rejects(client.recommend(work('x')), failsWith('SCORER_FAILED'));
  });

  it('forwards a cancellation and rejects at once', async () => {
    create();
    const controller = new AbortController();
    const running = client.recommend(work('hold'), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(running, failsWith('CANCELLED'));
    // The double holds a request until it is cancelled: none is held when the next one is answered.
    assert.match((await client.recommend(work('next'))).file, /held:0$/);
  });

  it('does not send what was cancelled before', async () => {
    create();
    await assert.rejects(client.recommend(work('x'), { signal: AbortSignal.abort() }), failsWith('CANCELLED'));
    assert.equal(started.length, 0);
  });

  it('passes progress and preview on, and reported failures with their code', async () => {
    create();
    let previews = 0;
    await client.recommend(work('preview'), { onPreview: () => previews++ });
    assert.equal(previews, 1);
    await assert.rejects(client.recommend(work('fail')), (thrown) => {
      assert.ok(RecommendError.is(thrown));
      assert.deepEqual(
        [thrown.code, thrown.message, thrown.nextStep],
        ['NO_PROMPTS', 'a.txt has no prompt.', 'Write one.'],
      );
      return true;
    });
    assert.equal(started.length, 1);
  });

  it('answers for files that only the editor can read; one that cannot be read is missing', async () => {
    create({
      resolveReference: async (uri, reference) => {
        if (reference === 'broken.md') throw new Error('no connection');
        return { name: `${uri} ${reference}`, bytes: Buffer.from('text') };
      },
    });
    assert.equal((await client.recommend(work('refer b.md'))).file, 'memory:/a.prompt.md b.md:text');
    assert.equal((await client.recommend(work('refer broken.md'))).file, 'missing');
    assert.ok(logged.some((line) => line.includes('no connection')));
    client.dispose();
    create();
    assert.equal((await client.recommend(work('refer b.md'))).file, 'outside-workspace');
  });

  it('rejects an answer of the wrong shape and says where it is wrong', async () => {
    create();
    await assert.rejects(client.recommend(work('malformed')), failsWith('SCORER_FAILED'));
    assert.ok(logged.some((line) => line.includes('recommendation.file')));
  });

  it('ends an idle process and starts another one when needed', async () => {
    create({ idleMs: () => 1 });
    await client.recommend(work('one'));
    const [first] = started;
    assert.ok(first);
    if (first.exitCode === null && first.signalCode === null) await once(first, 'exit');
    assert.equal(client.state, 'stopped');
    assert.match((await client.recommend(work('two'))).file, /^two/);
    assert.equal(started.length, 2);
  });

  it('ends the process and rejects what is under way when disposed', async () => {
    create();
    const running = client.recommend(work('hold'), { onProgress: () => client.dispose() });
    await assert.rejects(running, failsWith('CANCELLED'));
    await assert.rejects(client.recommend(work('x')), failsWith('CANCELLED'));
  });
});
