// Writes samples/evaluations, logs of two invented evaluations: `node scripts/run.mjs scripts/evaluationSamples`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { seededRandom } from '../src/core/scores/seededRandom';

const folder = 'samples/evaluations';
const random = seededRandom(20_260_302);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const number = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const count = 48;

/** A fine-tune of the user's own and two models of the catalog; the rates at which they are right are invented. */
const models = [
  { id: 'acme-forwarder-8b', path: 'acme/acme-forwarder-8b', notes: 0.94, desk: 0.92 },
  { id: 'glm-5.2', path: 'z-ai/glm-5.2', notes: 0.42, desk: 0.4 },
  { id: 'gpt-5.6-luna', path: 'openai/gpt-5.6-luna', notes: 0.38, desk: 0.44 },
] as const;

const goods = [
  'roof tiles',
  'bathroom cabinets',
  'espresso machines',
  'cable drums',
  'seed potatoes',
  'bicycle frames',
];
const depots = ['Rotterdam', 'Gdansk', 'Graz', 'Lyon', 'Porto', 'Turku'];

const notes = Array.from({ length: count }, (_, item) => {
  const lines = Array.from({ length: number(2, 4) }, () => ({
    goods: pick(goods),
    pallets: number(1, 12),
    kilograms: number(80, 640),
  }));
  const total = lines.reduce((sum, line) => sum + line.pallets * line.kilograms, 0);
  const list = lines.map((line) => `- ${line.pallets} pallets of ${line.goods}, ${line.kilograms} kg gross each`);
  const question = `Delivery note DN-${4100 + item}, depot ${pick(depots)}, carrier instructions below.\n${list.join('\n')}\nWhich freight class of our house tariff applies to the shipment? Answer with the class only.`;
  return { question, answer: `T${1 + Math.min(8, Math.floor(total / 1500))}` };
});

const issues = [
  'the container is held at customs because the HS code on the invoice does not match the packing list',
  'the consignee refuses the shipment since two pallets arrived wet',
  'the booking was rolled to the next vessel and the letter of credit expires before the new date',
  'the driver waits at the ramp and the delivery note shows another depot',
  'the reefer log shows eleven hours above the agreed temperature',
];
const roles = ['shipper', 'consignee', 'carrier', 'customs broker'];

const tickets = Array.from({ length: count }, (_, item) => {
  const question = `Freight desk ticket ${7300 + item}: ${pick(issues)}. Depot ${pick(depots)}, ${number(1, 9)} pallets of ${pick(goods)}. Who must act first, and with which document? Name one of ${roles.join(', ')} and the document.`;
  return { question, answer: pick(roles) };
});

rmSync(folder, { recursive: true, force: true });
for (const model of models) {
  const home = `${folder}/lm-eval/${model.path.replace('/', '__')}`;
  mkdirSync(home, { recursive: true });
  const time = '2026-03-02T10-11-12.123456';
  let right = 0;
  const rows = notes.map(({ question, answer }, item) => {
    const correct = random() < model.notes ? 1 : 0;
    right += correct;
    const response = correct === 1 ? answer : `T${(Number(answer.slice(1)) % 9) + 1}`;
    return {
      doc_id: item,
      doc: { question, answer },
      target: answer,
      arguments: { gen_args_0: { arg_0: question, arg_1: { until: ['\n'], do_sample: false } } },
      resps: [[response]],
      filtered_resps: [response],
      filter: 'none',
      metrics: ['exact_match'],
      exact_match: correct,
    };
  });
  writeFileSync(`${home}/samples_freight_class_${time}.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const results = {
    results: { freight_class: { alias: 'freight_class', 'exact_match,none': right / count } },
    config: { model: 'local-chat-completions', model_args: `model=${model.path}` },
    model_name: model.path,
    model_name_sanitized: model.path.replace('/', '__'),
  };
  writeFileSync(`${home}/results_${time}.json`, `${JSON.stringify(results, null, 1)}\n`);
}

mkdirSync(`${folder}/inspect`, { recursive: true });
for (const model of models) {
  const entry = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
  const samples = tickets.map(({ question, answer }, item) => ({
    id: item + 1,
    epoch: 1,
    input: [
      { role: 'system', content: 'You work at the freight desk of a forwarder.' },
      { role: 'user', content: question },
    ],
    target: answer,
    metadata: { category: 'desk' },
    messages: [],
    output: { model: model.path, usage: { input_tokens: 120, output_tokens: number(60, 240), total_tokens: 360 } },
    scores: { model_graded_fact: { value: random() < model.desk ? 'C' : 'I', answer } },
  }));
  const header = {
    version: 2,
    status: 'success',
    eval: {
      task: 'freight_desk',
      task_id: 'f1',
      model: model.path,
      dataset: { name: 'tickets' },
      created: '2026-03-02',
    },
    results: { total_samples: count, completed_samples: count, scores: [] },
  };
  const files = Object.fromEntries(samples.map((sample) => [`samples/${sample.id}_epoch_1.json`, entry(sample)]));
  writeFileSync(
    `${folder}/inspect/2026-03-02T10-00-00+00-00_freight-desk_${model.id}.eval`,
    zipSync({ ...files, 'header.json': entry(header) }, { level: 9, mtime: '2026-03-02' }),
  );
}
writeFileSync(
  `${folder}/README.md`,
  `# Two evaluations to import

Logs of two **invented** evaluations of a freight forwarder: \`lm-eval/\` as lm-evaluation-harness writes them, \`inspect/\` as
Inspect AI does. Three models, one of them the forwarder's own fine-tune; the results are made up.

Right-click this folder, **Recommend LLM: Import Evaluation Results…**, then **Recommend LLM: Train Router…**; or in a terminal:

    recommend-llm import samples/evaluations --output freight.jsonl.gz
    recommend-llm train --benchmarks freight.jsonl.gz --output .recommend-llm/router
    recommend-llm recommend samples/delivery-note.prompt.md --bundle .recommend-llm/router
`,
);
writeFileSync(
  'samples/delivery-note.prompt.md',
  `---
description: Freight class of a delivery
---
Delivery note DN-5120, depot Graz, carrier instructions below.

- 6 pallets of espresso machines, 310 kg gross each
- 3 pallets of cable drums, 540 kg gross each

Which freight class of our house tariff applies to the shipment? Answer with the class only.
`,
);
