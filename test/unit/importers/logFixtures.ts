import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js';
import type { LogFile } from '../../../src/core/benchmarks/importers/evaluationLog';

/** A log file made of the given text or bytes, handed over in pieces of at most `chunk` bytes. */
export function logFile(name: string, content: string | Uint8Array, chunk = 1000): LogFile {
  const bytes = typeof content === 'string' ? strToU8(content) : content;
  return {
    name,
    size: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
}

const lines = (rows: readonly unknown[]): string => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

/** lm-evaluation-harness v0.4.9, one generative task with two answer filters. */
export function lmEvalLogs(): LogFile[] {
  const sample = (doc: number, question: string, strict: number, flexible: number) =>
    [
      ['strict-match', strict],
      ['flexible-extract', flexible],
    ].map(([filter, value]) => ({
      doc_id: doc,
      doc: { question, answer: '#### 4' },
      target: '4',
      arguments: {
        gen_args_0: { arg_0: `Question: ${question}\nAnswer:`, arg_1: { until: ['Question:'], do_sample: false } },
      },
      resps: [['4']],
      filtered_resps: ['4'],
      filter,
      metrics: ['exact_match'],
      doc_hash: 'a',
      prompt_hash: 'b',
      target_hash: 'c',
      exact_match: value,
    }));
  return [
    logFile(
      'runs/openai__gpt-4o/samples_invoice_totals_2026-03-02T10-11-12.123456.jsonl',
      lines([
        ...sample(0, 'Two invoices of 2 EUR. Total?', 1, 1),
        ...sample(1, 'One of 3 and one of 1 EUR. Total?', 0, 1),
      ]),
    ),
    logFile(
      'runs/openai__gpt-4o/results_2026-03-02T10-11-12.123456.json',
      JSON.stringify({
        results: { invoice_totals: { 'exact_match,strict-match': 0.5 } },
        config: { model: 'local-chat-completions', model_args: 'model=gpt-4o-2024-05-13,base_url=http://localhost' },
        model_name: 'gpt-4o-2024-05-13',
        model_name_sanitized: 'gpt-4o-2024-05-13',
      }),
    ),
  ];
}

/** lm-evaluation-harness v0.4.0: arguments as nested lists, multiple choice, no results file. */
export function oldLmEvalLogs(): LogFile[] {
  return [
    logFile(
      'old/mistralai__Mixtral-8x7B-Instruct-v0.1/samples_ticket_routing.jsonl',
      lines([
        {
          doc_id: 0,
          doc: { query: 'x' },
          target: 0,
          arguments: [
            ['Which team?', ' billing'],
            ['Which team?', ' sales'],
          ],
          resps: [[[-1, true]]],
          filtered_resps: [[-1, true]],
          acc: 1,
          acc_norm: 0,
        },
        {
          doc_id: 1,
          doc: { query: 'y' },
          target: 1,
          arguments: [
            ['Whose bug?', ' web'],
            ['Whose bug?', ' api'],
          ],
          resps: [[[-1, true]]],
          filtered_resps: [[-1, true]],
          acc: 0,
          acc_norm: 1,
        },
      ]),
    ),
  ];
}

/** HELM v0.5: one run folder. */
export function helmLogs(): LogFile[] {
  const folder = 'benchmark_output/runs/v1/mmlu:subject=anatomy,model=openai_gpt-4o-2024-05-13';
  const instance = (id: string, text: string, perturbation?: object) => ({
    instance: {
      input: { text },
      references: [{ output: { text: 'A' }, tags: ['correct'] }],
      split: 'test',
      id,
      ...(perturbation ? { perturbation } : {}),
    },
    train_trial_index: 0,
    request: { model: 'openai/gpt-4o-2024-05-13', prompt: `few-shot examples\n${text}` },
  });
  const stats = (id: string, value: number, perturbation?: object) => ({
    instance_id: id,
    ...(perturbation ? { perturbation } : {}),
    train_trial_index: 0,
    stats: [
      { name: { name: 'num_prompt_tokens', split: 'test' }, count: 1, sum: 320, mean: 320 },
      { name: { name: 'exact_match', split: 'test' }, count: 1, sum: value, mean: value },
    ],
  });
  const typos = { name: 'typos' };
  return [
    logFile(
      `${folder}/run_spec.json`,
      JSON.stringify({
        name: 'mmlu:subject=anatomy,model=openai_gpt-4o-2024-05-13',
        scenario_spec: { class_name: 'x' },
        adapter_spec: { model: 'openai/gpt-4o-2024-05-13' },
        metric_specs: [],
      }),
    ),
    logFile(
      `${folder}/scenario_state.json`,
      JSON.stringify({
        adapter_spec: { model: 'openai/gpt-4o-2024-05-13' },
        request_states: [
          instance('id1', 'Which bone is longest?'),
          instance('id1', 'Wich bone', typos),
          instance('id2', 'Where is the atlas?'),
        ],
      }),
    ),
    logFile(
      `${folder}/per_instance_stats.json`,
      JSON.stringify([stats('id1', 1), stats('id1', 0, typos), stats('id2', 0), stats('id9', 1)]),
    ),
  ];
}

const inspectSample = (id: string, epoch: number, value: unknown) => ({
  id,
  epoch,
  input: [
    { role: 'system', content: 'You repair shell scripts.' },
    { role: 'user', content: [{ type: 'text', text: `Repair script ${id}` }] },
  ],
  target: 'ok',
  metadata: { category: 'quoting' },
  messages: [],
  output: {
    model: 'anthropic/claude-sonnet-4-5-20250929',
    usage: { input_tokens: 10, output_tokens: 40, total_tokens: 50 },
  },
  scores: { verify: { value, answer: 'ok' } },
});

const inspectHeader = {
  version: 2,
  status: 'success',
  eval: {
    task: 'shell_repair',
    task_id: 't',
    model: 'anthropic/claude-sonnet-4-5-20250929',
    dataset: { name: 'shell' },
    created: '2026-03-02T10:00:00+00:00',
  },
  results: { total_samples: 2, completed_samples: 2, scores: [] },
};

/** Inspect 0.3: a .eval log with two epochs of one sample, one of another, and one that failed. */
export function inspectZip(): LogFile {
  const entry = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
  return logFile(
    'logs/2026-03-02T10-00-00+00-00_shell-repair_abc.eval',
    zipSync({
      '_journal/start.json': entry({ version: 2 }),
      'samples/one_epoch_1.json': entry(inspectSample('one', 1, 'C')),
      'samples/one_epoch_2.json': entry(inspectSample('one', 2, 'I')),
      'samples/two_epoch_1.json': entry(inspectSample('two', 1, 'P')),
      'samples/three_epoch_1.json': entry({
        ...inspectSample('three', 1, 'C'),
        scores: null,
        error: { message: 'timeout' },
      }),
      'summaries.json': entry([]),
      'header.json': entry(inspectHeader),
    }),
    64,
  );
}

/** Inspect 0.3: the JSON log format. */
export function inspectJson(): LogFile {
  return logFile(
    'logs/shell.json',
    JSON.stringify({
      ...inspectHeader,
      samples: [inspectSample('one', 1, 'C'), inspectSample('two', 1, { correct: 1, tidy: 0.5 })],
    }),
  );
}

const promptfooResult = (provider: string, testIdx: number, success: boolean, extra: object = {}) => ({
  promptIdx: 0,
  testIdx,
  testCase: { vars: { topic: `topic ${testIdx}` }, metadata: { category: 'tweets' } },
  promptId: 'p',
  provider: { id: provider, label: '' },
  prompt: { raw: `Write a tweet about topic ${testIdx}`, label: 'Write a tweet about {{topic}}' },
  vars: { topic: `topic ${testIdx}` },
  response: { output: 'x', tokenUsage: { total: 30, prompt: 10, completion: 20 } },
  success,
  score: success ? 1 : 0.25,
  namedScores: {},
  latencyMs: 5,
  cost: 0.002,
  failureReason: success ? 0 : 1,
  ...extra,
});

/** promptfoo results version 3 as JSON. */
export function promptfooJson(): LogFile {
  return logFile(
    'pf/results.json',
    JSON.stringify({
      evalId: 'eval-abc-2026-03-02T10:00:00',
      results: {
        version: 3,
        timestamp: '2026-03-02T10:00:00.000Z',
        prompts: [],
        results: [
          promptfooResult('openai:gpt-4o-mini-2024-07-18', 0, true),
          promptfooResult('openai:gpt-4o-mini-2024-07-18', 1, false),
          promptfooResult('anthropic:messages:claude-3-5-sonnet-20240620', 0, false, {
            failureReason: 2,
            error: '429',
          }),
        ],
        stats: {},
      },
      config: { description: 'tweets' },
      shareableUrl: null,
    }),
  );
}

export function promptfooJsonLines(): LogFile {
  return logFile(
    'pf/output.jsonl',
    lines([
      promptfooResult('openai:gpt-4o-mini-2024-07-18', 0, true),
      promptfooResult('openai:gpt-4o-mini-2024-07-18', 1, false),
    ]),
  );
}

export function promptfooYaml(): LogFile {
  return logFile(
    'pf/results.yaml',
    'evalId: eval-1\nresults:\n  version: 3\n  prompts: []\n  results:\n    - provider:\n        id: openai:gpt-4o\n      prompt:\n        raw: Say hi\n        label: Say hi\n      testIdx: 0\n      success: true\n      score: 1\n',
  );
}

export function promptfooCsv(): LogFile {
  return logFile(
    'pf/results.csv',
    'topic,"[openai:gpt-4o] Write a tweet about {{topic}}","[openai:gpt-4o-mini-2024-07-18] Write a tweet about {{topic}}"\ncats,"[PASS] Meow, ""twice""","[FAIL] (no bark)\n---\nx"\ndogs,[ERROR] 429,[PASS] Woof\n',
  );
}

/** openai/evals event log of a match eval. */
export function openAiEvalsLog(): LogFile {
  return logFile(
    'evals/250101_gpt-4o_test-match.jsonl',
    lines([
      {
        spec: {
          completion_fns: ['gpt-4o-2024-05-13'],
          eval_name: 'test-match.s1.simple-v0',
          base_eval: 'test-match',
          split: 's1',
          run_config: {},
          created_by: '',
          run_id: 'r',
          created_at: '',
        },
      },
      {
        run_id: 'r',
        event_id: 0,
        sample_id: 'test-match.s1.0',
        type: 'sampling',
        data: {
          prompt: [
            { role: 'system', content: 'Complete.' },
            { role: 'user', content: 'Once upon a' },
          ],
          sampled: ['time'],
        },
        created_by: '',
        created_at: '',
      },
      {
        run_id: 'r',
        event_id: 1,
        sample_id: 'test-match.s1.0',
        type: 'match',
        data: { correct: true, expected: 'time', picked: 'time', sampled: 'time' },
        created_by: '',
        created_at: '',
      },
      {
        run_id: 'r',
        event_id: 2,
        sample_id: 'test-match.s1.1',
        type: 'sampling',
        data: { prompt: 'The first US president was', sampled: ['Adams'] },
        created_by: '',
        created_at: '',
      },
      {
        run_id: 'r',
        event_id: 3,
        sample_id: 'test-match.s1.1',
        type: 'match',
        data: { correct: false, expected: 'Washington', picked: null, sampled: 'Adams' },
        created_by: '',
        created_at: '',
      },
      {
        run_id: 'r',
        event_id: 4,
        sample_id: 'test-match.s1.2',
        type: 'match',
        data: { correct: false },
        created_by: '',
        created_at: '',
      },
      { final_report: { accuracy: 0.5 } },
    ]),
  );
}

/** Output items of the Evals API as its list endpoint returns them. */
export function openAiEvalsApiItems(): LogFile {
  const item = (id: number, passed: boolean) => ({
    object: 'eval.run.output_item',
    id: `outputitem_${id}`,
    created_at: 1,
    run_id: 'evalrun_1',
    eval_id: 'eval_tickets',
    status: passed ? 'pass' : 'fail',
    datasource_item_id: id,
    datasource_item: { ticket: 'x' },
    results: [{ name: 'label-match', passed, score: passed ? 1 : 0, sample: null }],
    sample: {
      model: 'gpt-4o-mini-2024-07-18',
      input: [{ role: 'user', content: `Classify ticket ${id}` }],
      output: [{ role: 'assistant', content: 'x' }],
      usage: { completion_tokens: 3 },
      error: null,
    },
  });
  return logFile(
    'api/output_items.json',
    JSON.stringify({ object: 'list', data: [item(1, true), item(2, false)], has_more: false }),
  );
}

export function llmRouterBenchFile(): LogFile {
  return logFile(
    'bench/aime/gpt-5.json',
    JSON.stringify({
      performance: 0.5,
      time_taken: 1,
      prompt_tokens: 1,
      completion_tokens: 1,
      cost: 0.1,
      counts: 2,
      model_name: 'gpt-5',
      dataset_name: 'aime',
      split: 'test',
      demo: false,
      records: [
        {
          index: 1,
          origin_query: 'Find x.',
          prompt: 'Find x. Box it.',
          prediction: '1',
          ground_truth: '1',
          score: 1,
          prompt_tokens: 5,
          completion_tokens: 700,
          cost: 0.01,
        },
        {
          index: 2,
          origin_query: 'Find y.',
          prompt: 'Find y. Box it.',
          prediction: '1',
          ground_truth: '2',
          score: 0,
          prompt_tokens: 5,
          completion_tokens: 900,
          cost: 0.02,
        },
      ],
    }),
  );
}

export function deepEvalFile(): LogFile {
  return logFile(
    'deepeval/run.json',
    JSON.stringify({
      testCases: [
        {
          name: 'test_0',
          input: 'Is this refundable?',
          actualOutput: 'Yes',
          success: true,
          metricsData: [
            { name: 'Answer Relevancy', threshold: 0.5, success: true, score: 0.9, evaluationModel: 'gpt-4o' },
          ],
        },
        {
          name: 'test_1',
          input: 'Where is my parcel?',
          actualOutput: '?',
          success: false,
          metricsData: [{ name: 'Answer Relevancy', threshold: 0.5, success: false, score: 0.2 }],
        },
      ],
      conversationalTestCases: [],
      metricsScores: [],
      hyperparameters: { model: 'gpt-4o' },
      testPassed: 1,
      testFailed: 1,
    }),
  );
}

export function ragasFile(): LogFile {
  return logFile(
    'ragas/scores.json',
    JSON.stringify([
      {
        user_input: 'Who wrote it?',
        retrieved_contexts: ['a'],
        response: 'b',
        reference: 'c',
        faithfulness: 0.75,
        answer_relevancy: 0.9,
      },
      {
        user_input: 'When?',
        retrieved_contexts: [],
        response: 'b',
        reference: 'c',
        faithfulness: 0,
        answer_relevancy: 0.4,
      },
    ]),
  );
}

export function sweBenchFiles(): LogFile[] {
  return [
    logFile(
      'swe/claude-sonnet-4-5-20250929.my_run.json',
      JSON.stringify({
        total_instances: 3,
        submitted_instances: 2,
        completed_instances: 2,
        resolved_instances: 1,
        completed_ids: ['a__b-1', 'a__b-2'],
        incomplete_ids: [],
        empty_patch_ids: [],
        submitted_ids: ['a__b-1', 'a__b-2'],
        resolved_ids: ['a__b-1'],
        unresolved_ids: ['a__b-2'],
        error_ids: [],
        schema_version: 2,
      }),
    ),
    logFile(
      'swe/20250522_tools_gpt-5/results/results.json',
      JSON.stringify({ no_generation: [], no_logs: [], resolved: ['a__b-2', 'a__b-3'] }),
    ),
    logFile(
      'swe/instances.jsonl',
      lines(
        ['1', '2', '3'].map((n) => ({
          instance_id: `a__b-${n}`,
          repo: 'a/b',
          base_commit: 'c',
          problem_statement: `Bug ${n}`,
          hints_text: '',
        })),
      ),
    ),
  ];
}

/** RouterBench as a table: results in the models' columns, costs and answers beside them. */
export function routerBenchCsv(): LogFile {
  return logFile(
    'routerbench_0shot.csv',
    'sample_id,prompt,eval_name,gpt-4o-2024-05-13,mistralai/mixtral-8x7b-chat,gpt-4o-2024-05-13|model_response,mistralai/mixtral-8x7b-chat|model_response,gpt-4o-2024-05-13|total_cost,mistralai/mixtral-8x7b-chat|total_cost,oracle_model_to_route_to\nmmlu-1,"What, then?",mmlu,1.0,0.0,a,b,0.001,0.0001,gpt\nmmlu-2,Why?,mmlu,0.25,,a,b,0.001,,no_model_correct\n',
  );
}

/** RouteLLM's GSM8K table: truth values in the models' columns. */
export function routeLlmCsv(): LogFile {
  return logFile(
    'gsm8k_responses.csv',
    'prompt,gpt-4-1106-preview,mistralai/Mixtral-8x7B-Instruct-v0.1\nHow many?,True,False\nHow far?,True,True\n',
  );
}

/** EmbedLLM: one row for each prompt and model. */
export function embedLlmCsv(): LogFile {
  return logFile(
    'embedllm/train.csv',
    'prompt_id,model_id,category_id,label,prompt,model_name,category\n7,0,3,1,Name a gas.,meta-llama/Llama-2-7b-chat-hf,mmlu\n7,1,3,0,Name a gas.,01-ai/Yi-34B-Chat,mmlu\n',
  );
}

/** RouterArena: a router's predictions with the accuracy of the model that it chose. */
export function routerArenaJson(): LogFile {
  return logFile(
    'predictions.json',
    JSON.stringify([
      {
        'global index': 'AIME_3',
        prompt: 'Solve it',
        prediction: 'gpt-4o-mini',
        generated_result: { success: true },
        cost: 0.001,
        accuracy: 1,
      },
      {
        'global index': 'MMLU_4',
        prompt: 'Choose',
        prediction: 'gpt-4o-mini',
        generated_result: { success: true },
        cost: 0.001,
        accuracy: 0,
      },
    ]),
  );
}

/** promptfoo's database with the columns that it has had since 0.90. */
export async function promptfooDatabaseFile(): Promise<LogFile> {
  const sql = await initSqlJs();
  const database = new sql.Database();
  database.run(
    'CREATE TABLE evals (id TEXT PRIMARY KEY, created_at INTEGER, author TEXT, description TEXT, results TEXT, config TEXT)',
  );
  database.run(
    'CREATE TABLE eval_results (id TEXT PRIMARY KEY, created_at INTEGER, updated_at INTEGER, eval_id TEXT, prompt_idx INTEGER, test_idx INTEGER, test_case TEXT, prompt TEXT, prompt_id TEXT, provider TEXT, latency_ms INTEGER, cost REAL, response TEXT, error TEXT, failure_reason INTEGER, success INTEGER, score REAL, grading_result TEXT, named_scores TEXT, metadata TEXT)',
  );
  database.run("INSERT INTO evals VALUES ('eval-1', 1, NULL, 'weekly', '{}', '{}')");
  for (const test of [0, 1]) {
    database.run(
      'INSERT INTO eval_results (id, eval_id, prompt_idx, test_idx, test_case, prompt, provider, success, score, named_scores, failure_reason) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        `r${test}`,
        'eval-1',
        test,
        JSON.stringify({ vars: { n: test } }),
        JSON.stringify({ raw: `Say hi ${test}`, label: 'Say hi' }),
        JSON.stringify({ id: 'openai:gpt-4o-mini-2024-07-18' }),
        test === 0 ? 1 : 0,
        test === 0 ? 1 : 0,
        '{}',
        test,
      ],
    );
  }
  return logFile('home/promptfoo.db', database.export());
}

/** A SQLite database of something else. */
export async function otherDatabaseFile(): Promise<LogFile> {
  const sql = await initSqlJs();
  const database = new sql.Database();
  database.run('CREATE TABLE notes (id INTEGER)');
  return logFile('home/notes.db', database.export());
}

export function parquetTable(): LogFile {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'prompt', data: ['One?', 'Two?'], type: 'STRING' },
      { name: 'model', data: ['gpt-5', 'gpt-5'], type: 'STRING' },
      { name: 'score', data: [1, 0], type: 'DOUBLE' },
    ],
  });
  return logFile('table.parquet', new Uint8Array(buffer));
}
