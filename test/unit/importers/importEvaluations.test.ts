import assert from 'node:assert/strict';
import type { LogFile } from '../../../src/core/benchmarks/importers/evaluationLog';
import {
  type ImportReport,
  type ImportSettings,
  importReportInEnglish,
  planImport,
  runImport,
} from '../../../src/core/benchmarks/importers/importEvaluations';
import type { TableLine } from '../../../src/core/benchmarks/importers/resultCollector';
import { RecommendError } from '../../../src/core/errors';
import { inEnglish } from '../../../src/core/sentence';
import * as fixtures from './logFixtures';

const catalog = [
  { id: 'gpt-4o-2024-05-13', marketId: 'openai/gpt-4o-2024-05-13' },
  { id: 'gpt-4o-mini-2024-07-18' },
  { id: 'claude-sonnet-4-5-20250929', marketId: 'anthropic/claude-sonnet-4.5' },
  { id: 'mixtral-8x7b-instruct-v0.1' },
];

async function imported(files: readonly LogFile[], settings: ImportSettings = {}) {
  const plan = await planImport(files, catalog, settings);
  const { lines, report } = await runImport(files, plan, settings);
  return { plan, report, lines: [...lines] };
}

function firstReason(report: ImportReport): string {
  return importReportInEnglish(report).rejected.first[0]?.reason ?? '';
}

/** "benchmark/item model=score …" for each line: short enough to compare as a whole. */
function digest(lines: readonly TableLine[]): string[] {
  return lines.map(
    (line) =>
      `${line.benchmark}/${line.item_id} ${Object.entries(line.scores)
        .map(([model, score]) => `${model}=${score}`)
        .join(' ')}`,
  );
}

describe('importers', () => {
  it('reads lm-evaluation-harness v0.4 samples and takes the model from the results file', async () => {
    const { plan, lines } = await imported(fixtures.lmEvalLogs());
    assert.deepEqual(
      plan.logs.map(({ tool }) => tool),
      ['lm-evaluation-harness'],
    );
    assert.equal(plan.benchmarks[0]?.rule?.metric, 'exact_match,strict-match');
    assert.deepEqual(digest(lines), ['invoice_totals/0 gpt-4o-2024-05-13=1', 'invoice_totals/1 gpt-4o-2024-05-13=0']);
    assert.equal(lines[0]?.prompt, 'Question: Two invoices of 2 EUR. Total?\nAnswer:');
  });

  it('takes another metric where the user names it', async () => {
    const { lines } = await imported(fixtures.lmEvalLogs(), {
      metrics: { invoice_totals: 'exact_match,flexible-extract' },
    });
    assert.deepEqual(digest(lines), ['invoice_totals/0 gpt-4o-2024-05-13=1', 'invoice_totals/1 gpt-4o-2024-05-13=1']);
    await assert.rejects(imported(fixtures.lmEvalLogs(), { metrics: { '*': 'bleu' } }), /has no metric "bleu"/);
  });

  it('reads older lm-evaluation-harness samples and takes the model from the folder', async () => {
    const { lines, plan } = await imported(fixtures.oldLmEvalLogs());
    assert.deepEqual(digest(lines), [
      'ticket_routing/0 mixtral-8x7b-instruct-v0.1=1',
      'ticket_routing/1 mixtral-8x7b-instruct-v0.1=0',
    ]);
    assert.deepEqual(plan.models, [
      { name: 'mistralai/Mixtral-8x7B-Instruct-v0.1', model: 'mixtral-8x7b-instruct-v0.1' },
    ]);
  });

  it('reads a HELM run, leaves perturbed instances out and reports an instance without a request', async () => {
    const { lines, report } = await imported(fixtures.helmLogs());
    assert.deepEqual(digest(lines), ['mmlu/id1 gpt-4o-2024-05-13=1', 'mmlu/id2 gpt-4o-2024-05-13=0']);
    assert.equal(lines[0]?.category, 'anatomy');
    assert.equal(lines[0]?.prompt, 'Which bone is longest?');
    assert.deepEqual(
      report.rejected.first.map(({ line, reason }) => [line, inEnglish(reason)]),
      [[4, 'instance id9 is not in scenario_state.json']],
    );
  });

  it('reads an Inspect .eval log, averages epochs and does not count an error as wrong', async () => {
    const { lines, report } = await imported([fixtures.inspectZip()]);
    assert.deepEqual(digest(lines), [
      'shell_repair/one claude-sonnet-4-5-20250929=0.5',
      'shell_repair/two claude-sonnet-4-5-20250929=0.5',
    ]);
    assert.equal(lines[0]?.prompt, 'You repair shell scripts.\n\nRepair script one');
    assert.deepEqual(lines[0]?.output_tokens, { 'claude-sonnet-4-5-20250929': 40 });
    assert.equal(report.rejected.count, 1);
    assert.match(importReportInEnglish(report).benchmarks[0]?.rule ?? '', /partly correct = 0.5/);
  });

  it('reads an Inspect JSON log; an object of values is several metrics', async () => {
    const { plan } = await imported([fixtures.inspectJson()]);
    assert.deepEqual(
      plan.benchmarks[0]?.metrics.map(({ metric }) => metric),
      ['verify', 'verify/correct', 'verify/tidy'],
    );
  });

  it('names a cut .eval log instead of reading half of it', async () => {
    const whole = fixtures.inspectZip();
    const parts: Uint8Array[] = [];
    for await (const part of whole.open()) parts.push(part);
    const cut = fixtures.logFile('cut.eval', Buffer.concat(parts).subarray(0, 700));
    await assert.rejects(
      imported([cut]),
      (error: unknown) => RecommendError.is(error) && error.message.startsWith('cut.eval:'),
    );
  });

  it('reads promptfoo JSON and leaves provider errors out', async () => {
    const { lines, report } = await imported([fixtures.promptfooJson()]);
    assert.deepEqual(digest(lines), [
      'tweets/0|Write a tweet about {{topic}} gpt-4o-mini-2024-07-18=1',
      'tweets/1|Write a tweet about {{topic}} gpt-4o-mini-2024-07-18=0',
    ]);
    assert.equal(firstReason(report), 'the provider failed; this is not a wrong answer');
    assert.deepEqual(lines[0]?.cost_usd, { 'gpt-4o-mini-2024-07-18': 0.002 });
  });

  it('reads promptfoo JSON Lines, YAML and CSV', async () => {
    assert.equal((await imported([fixtures.promptfooJsonLines()])).lines.length, 2);
    assert.deepEqual(digest((await imported([fixtures.promptfooYaml()])).lines), ['results/0|Say hi openai:gpt-4o=1']);
    const table = await imported([fixtures.promptfooCsv()]);
    assert.deepEqual(digest(table.lines), [
      'results/0|Write a tweet about {{topic}} gpt-4o-mini-2024-07-18=0 openai:gpt-4o=1',
      'results/1|Write a tweet about {{topic}} gpt-4o-mini-2024-07-18=1',
    ]);
    assert.equal(table.lines[0]?.prompt, 'Write a tweet about cats');
    assert.equal(table.report.rejected.count, 1);
  });

  it("reads promptfoo's database", async () => {
    const { lines } = await imported([await fixtures.promptfooDatabaseFile()]);
    assert.deepEqual(digest(lines), [
      'weekly/0|Say hi gpt-4o-mini-2024-07-18=1',
      'weekly/1|Say hi gpt-4o-mini-2024-07-18=0',
    ]);
    await assert.rejects(imported([await fixtures.otherDatabaseFile()]), /not a promptfoo database/);
  });

  it('reads Parquet tables', async () => {
    const { lines } = await imported([fixtures.parquetTable()]);
    assert.deepEqual(digest(lines), ['table/One? gpt-5=1', 'table/Two? gpt-5=0']);
  });

  it('reads OpenAI evals event logs and Evals API output items', async () => {
    const log = await imported([fixtures.openAiEvalsLog()]);
    assert.deepEqual(digest(log.lines), [
      'test-match/test-match.s1.0 gpt-4o-2024-05-13=1',
      'test-match/test-match.s1.1 gpt-4o-2024-05-13=0',
    ]);
    assert.match(firstReason(log.report), /no sampling event/);
    const items = await imported([fixtures.openAiEvalsApiItems()]);
    assert.deepEqual(digest(items.lines), [
      'eval_tickets/1 gpt-4o-mini-2024-07-18=1',
      'eval_tickets/2 gpt-4o-mini-2024-07-18=0',
    ]);
  });

  it('reads the result files of routing benchmarks', async () => {
    assert.deepEqual(digest((await imported([fixtures.llmRouterBenchFile()])).lines), [
      'aime/1 gpt-5=1',
      'aime/2 gpt-5=0',
    ]);
    assert.deepEqual(digest((await imported([fixtures.routerBenchCsv()])).lines), [
      'mmlu/mmlu-1 gpt-4o-2024-05-13=1 mistralai/mixtral-8x7b-chat=0',
      'mmlu/mmlu-2 gpt-4o-2024-05-13=0.25',
    ]);
    assert.deepEqual(digest((await imported([fixtures.routeLlmCsv()])).lines), [
      'gsm8k_responses/How many? gpt-4-1106-preview=1 mixtral-8x7b-instruct-v0.1=0',
      'gsm8k_responses/How far? gpt-4-1106-preview=1 mixtral-8x7b-instruct-v0.1=1',
    ]);
    assert.deepEqual(digest((await imported([fixtures.embedLlmCsv()])).lines), [
      'train/7 01-ai/Yi-34B-Chat=0 meta-llama/Llama-2-7b-chat-hf=1',
    ]);
    assert.deepEqual(digest((await imported([fixtures.routerArenaJson()])).lines), [
      'predictions/AIME_3 gpt-4o-mini=1',
      'predictions/MMLU_4 gpt-4o-mini=0',
    ]);
  });

  it('reads DeepEval with its model hyperparameter, and Ragas once the model is told', async () => {
    assert.deepEqual(digest((await imported([fixtures.deepEvalFile()])).lines), [
      'run/test_0 gpt-4o=1',
      'run/test_1 gpt-4o=0',
    ]);
    await assert.rejects(imported([fixtures.ragasFile()]), /does not say which LLM was evaluated/);
    const { lines, plan } = await imported([fixtures.ragasFile()], { model: 'gpt-4o-mini-2024-07-18' });
    assert.equal(plan.benchmarks[0]?.rule?.metric, 'faithfulness');
    assert.deepEqual(digest(lines), ['scores/0 gpt-4o-mini-2024-07-18=0.75', 'scores/1 gpt-4o-mini-2024-07-18=0']);
  });

  it('reads SWE-bench reports of both layouts with the problem statements', async () => {
    const { lines } = await imported(fixtures.sweBenchFiles());
    assert.deepEqual(digest(lines).sort(), [
      'swe-bench/a__b-1 claude-sonnet-4-5-20250929=1 tools_gpt-5=0',
      'swe-bench/a__b-2 claude-sonnet-4-5-20250929=0 tools_gpt-5=1',
      'swe-bench/a__b-3 tools_gpt-5=1',
    ]);
    assert.equal(lines[0]?.category, 'a/b');
    await assert.rejects(imported(fixtures.sweBenchFiles().slice(0, 1)), /problem statements are missing/);
  });

  it('joins logs of several tools into one table, in an order that does not depend on the order of the files', async () => {
    const files = [...fixtures.lmEvalLogs(), fixtures.inspectZip(), fixtures.embedLlmCsv()];
    const forward = await imported(files);
    const backward = await imported([...files].reverse());
    assert.deepEqual(forward.lines, backward.lines);
    assert.equal(forward.lines.length, 5);
  });

  it('reads a table in the shared benchmark format, gzip included', async () => {
    const rows = [
      { benchmark: 'b', category: null, item_id: '1', prompt: 'One?', scores: { 'gpt-5': 1, o3: 0.5 } },
      { benchmark: 'b', category: null, item_id: '2', prompt: 'Two?', scores: { 'gpt-5': 0 } },
    ];
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const packed = new Uint8Array(
      await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
    );
    const { lines } = await imported([fixtures.logFile('table.jsonl.gz', packed, 20)]);
    assert.deepEqual(
      lines.map(({ scores }) => scores),
      [{ 'gpt-5': 1, o3: 0.5 }, { 'gpt-5': 0 }],
    );
    await assert.rejects(imported([fixtures.logFile('table.jsonl.gz', packed.subarray(0, 60))]), /damaged or cut off/);
  });

  it('counts broken lines with their numbers and keeps the good ones', async () => {
    const { lines, report } = await imported([
      fixtures.logFile(
        't.jsonl',
        '{"prompt":"a","model":"gpt-5","score":1}\n{"prompt":"b","model":\n{"prompt":"","model":"gpt-5","score":1}\n[1]\n{"prompt":"c","model":"gpt-5","score":0}',
      ),
    ]);
    assert.equal(lines.length, 2);
    assert.deepEqual(
      report.rejected.first.map(({ line }) => line),
      [2, 4, 3],
    );
  });

  it('says which column is missing', async () => {
    await assert.rejects(
      imported([fixtures.logFile('t.csv', 'a,b\n1,2\n')]),
      /no column holds the prompt \(columns: a, b\)/,
    );
    await assert.rejects(
      imported([fixtures.logFile('t.csv', 'prompt,note\nHi,good\n')]),
      /no column holds results of LLMs/,
    );
  });

  it('follows told columns', async () => {
    const { lines } = await imported([fixtures.logFile('t.tsv', 'ask\twho\tstars\nHi\tgpt-5\t5\nHo\tgpt-5\t2\n')], {
      columns: { prompt: 'ask', model: 'who', scores: ['stars'] },
    });
    assert.deepEqual(
      lines.map(({ scores }) => scores['gpt-5']),
      [1, 0.25],
    );
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(
      planImport([fixtures.embedLlmCsv()], [], {}, { signal: controller.signal }),
      (error: unknown) => RecommendError.is(error) && error.code === 'CANCELLED',
    );
  });
});
