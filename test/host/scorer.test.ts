import assert from 'node:assert/strict';
import { CancellationTokenSource, commands, LanguageModelTextPart, lm } from 'vscode';
import type { ExtensionApi } from '../../src/extension';
import { activated, closeAll, sample, shownRecommendation, temporaryFile, until } from './support';

describe('the scorer process in the editor', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
  });
  afterEach(closeAll);

  function large(rows: number): ReturnType<typeof temporaryFile> {
    const lines = Array.from({ length: rows }, (_, row) =>
      JSON.stringify({ prompt: `How many apples are left of ${row} when ${row % 7} are eaten each day? Explain.` }),
    );
    return temporaryFile('apples.jsonl', `${lines.join('\n')}\n`);
  }

  it('starts another process after the first was killed', async () => {
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    const before = shownRecommendation(api);
    const { pid } = api.scorer;
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await until('the process to be gone', () => api.scorer.pid === undefined);
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    assert.notEqual(api.scorer.pid, pid);
    assert.deepEqual(
      { ...shownRecommendation(api), timing: undefined },
      { ...before, timing: undefined },
      'the same input gives the same recommendation',
    );
  });

  it('finishes what was under way when the process was killed', async () => {
    api.scorer.restart();
    const running = commands.executeCommand('recommendLlm.recommend', large(3000));
    const pid = await until('a process', () => (api.scorer.state === 'ready' ? api.scorer.pid : undefined));
    process.kill(pid, 'SIGKILL');
    await running;
    assert.equal(shownRecommendation(api).prompts, 3000);
    assert.notEqual(api.scorer.pid, pid);
  });

  it('shows only the last of two requests', async () => {
    const first = commands.executeCommand('recommendLlm.recommend', large(3000));
    await until('the first request', () => api.panel.state.type === 'busy');
    const second = commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    await Promise.all([first, second]);
    assert.equal(shownRecommendation(api).prompts, 1);
  });
});

describe('the language model tool', () => {
  const name = 'recommend_llm';
  before(activated);

  it('is listed with the schema of its input', () => {
    const tool = lm.tools.find((each) => each.name === name);
    assert.ok(tool);
    assert.deepEqual((tool.inputSchema as { required: string[] }).required, ['text']);
  });

  it('recommends for a text', async () => {
    const result = await lm.invokeTool(name, {
      input: { text: 'Prove that the square root of two is irrational.', preference: 'quality' },
      toolInvocationToken: undefined,
    });
    const [part] = result.content;
    assert.ok(part instanceof LanguageModelTextPart);
    const answer = JSON.parse(part.value) as {
      recommendation: { model: string; reason: string };
      picks: { quality: string };
      candidates: { model: string; probability: number }[];
    };
    assert.equal(answer.recommendation.model, answer.picks.quality);
    assert.match(answer.recommendation.reason, /best model on average/);
    assert.ok(answer.candidates.some(({ model }) => model === answer.recommendation.model));
  });

  it('keeps to the candidates that it is given', async () => {
    const text = 'Translate "good morning" to Finnish.';
    const ask = async (input: object): Promise<{ candidates: { model: string }[] }> => {
      const { content } = await lm.invokeTool(name, { input, toolInvocationToken: undefined });
      const [part] = content;
      assert.ok(part instanceof LanguageModelTextPart);
      return JSON.parse(part.value);
    };
    const [some] = (await ask({ text })).candidates;
    assert.ok(some);
    const { candidates } = await ask({ text, candidates: [some.model] });
    assert.deepEqual(
      candidates.map(({ model }) => model),
      [some.model],
    );
  });

  it('refuses an input of another shape, and stops when cancelled', async () => {
    await assert.rejects(async () => lm.invokeTool(name, { input: { text: '' }, toolInvocationToken: undefined }));
    const source = new CancellationTokenSource();
    source.cancel();
    await assert.rejects(async () =>
      lm.invokeTool(name, { input: { text: 'Hello there.' }, toolInvocationToken: undefined }, source.token),
    );
  });
});

describe('cancelling in the editor', () => {
  it('ends the request and leaves the process working', async () => {
    const api = await activated();
    const controller = new AbortController();
    const source = { kind: 'text', name: 'a.txt', text: 'Count the vowels in "banana".' } as const;
    const bundle = '/nowhere';
    const options = { mode: 'guarded', preference: 'balanced', candidates: [] } as const;
    const running = api.scorer.recommend({ bundle, source, options }, { signal: controller.signal });
    controller.abort();
    await assert.rejects(running, { code: 'CANCELLED' });
    await commands.executeCommand('recommendLlm.recommend', sample('train-journey.prompt.md'));
    assert.equal(shownRecommendation(api).prompts, 1);
  });
});
