import { isRecord } from '../files/rows';

/**
 * Answers, labels and results of LLMs in a dataset: recognised so that they are never part of a prompt. A leak would make
 * every figure on labelled data worthless.
 */

const labelWords = new Set(
  (
    'answer answers answerkey gold golden target targets label labels expected ideal solution solutions output outputs ' +
    'completion completions response responses resps chosen rejected correct incorrect correctness score scores grade grades ' +
    'groundtruth truth explanation explanations rationale reasoning cot canonical patch prediction predictions predicted ' +
    'verdict judge judgement judgment rating ratings passed accuracy feedback critique result results references hint hints ' +
    'proof metrics metric tests testcases cost latency tokens elo winner perplexity logprob logprobs generation generations'
  ).split(' '),
);

const modelName =
  /(^|[^a-z])(gpt-?[345o]|chatgpt|claude|gemini|gemma|llama|mistral|mixtral|ministral|codestral|qwen|qwq|deepseek|phi-?\d|command-?r|grok|kimi|glm-?\d|nova-|jamba|olmo|falcon|vicuna|minimax|ernie|hunyuan|granite|nemotron|wizardlm|dbrx|o[134](-(mini|preview|pro))?$)/i;

const promptWords = /prompt|question|query|instruction|input|messages/i;

/** `answerKey` → answer, key; `ground_truth` → ground, truth. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** @returns whether a column's name says that it holds an answer, a label or a result */
export function isLabelName(name: string): boolean {
  if (isModelColumn(name)) return true;
  const last = name.split('.').at(-1) ?? name;
  if (/^tests?(_(list|cases|setup|code))?$/i.test(last)) return true;
  const words = wordsOf(last);
  if (words.includes('prompt') || words.includes('question'))
    return words.some((word) => word === 'answer' || word === 'expected');
  return (
    words.some((word) => labelWords.has(word)) || wordsOf(name.split('.')[0] ?? '').some((word) => labelWords.has(word))
  );
}

/** @returns whether a column is named after an LLM: its result, its answer or its cost on the row */
export function isModelColumn(name: string): boolean {
  return modelName.test(name) && !promptWords.test(name);
}

/** @returns whether a column's name says that it holds a price, a time or a text, not a correctness */
export function isCostColumn(name: string): boolean {
  return wordsOf(name).some((word) =>
    /^(cost|costs|price|usd|latency|time|seconds|tokens|response|output|answer|rank|elo)$/.test(word),
  );
}

/** @returns the model id in the name of a per-LLM result column */
export function modelOfColumn(name: string): string {
  return name
    .replace(/^(scores?|correct(ness)?|results?|labels?|acc(uracy)?|is_correct)[:./_]/i, '')
    .replace(/[:|/_](scores?|correct(ness)?|results?|labels?|acc(uracy)?)$/i, '')
    .trim();
}

/** @returns correctness 0..1 of a cell or field; null where it is none */
export function correctnessOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value >= 0 && value <= 1 ? value : null;
  if (typeof value === 'bigint') return value === 0n ? 0 : value === 1n ? 1 : null;
  if (typeof value === 'string') {
    const text = value.trim().toLowerCase();
    if (/^(true|correct|pass(ed)?|yes|c)$/.test(text)) return 1;
    if (/^(false|incorrect|wrong|fail(ed)?|no|i)$/.test(text)) return 0;
    if (/^(\d+\.?\d*|\.\d+)(e-?\d+)?$/.test(text)) return correctnessOf(Number(text));
    return null;
  }
  if (isRecord(value)) {
    for (const key of ['correct', 'correctness', 'score', 'passed', 'pass', 'success', 'value', 'accuracy']) {
      if (Object.hasOwn(value, key)) return correctnessOf(value[key]);
    }
  }
  return null;
}

const resultFields = ['scores', 'correctness', 'results', 'labels', 'correct', 'performance', 'accuracy', 'models'];

/** @returns the name of the field that maps model ids to correctness, where a row has one */
export function resultField(row: Record<string, unknown>): string | null {
  for (const field of resultFields) {
    const value = parsedObject(row[field]);
    if (!value) continue;
    const entries = Object.entries(value).filter(([, item]) => item !== null);
    if (entries.length === 0 || !entries.every(([, item]) => correctnessOf(item) !== null)) continue;
    if (field === 'scores' || field === 'correctness' || entries.some(([name]) => modelName.test(name))) return field;
  }
  return null;
}

/** Reads the correctness of LLMs from the field and the columns that hold it. */
export function correctnessOfRow(
  row: Record<string, unknown>,
  field: string | null,
  columns: readonly (readonly [column: string, model: string])[],
): Record<string, number> | null {
  const found: Record<string, number> = {};
  let any = false;
  const add = (model: string, value: unknown): void => {
    const correctness = value === '' || value === null || value === undefined ? null : correctnessOf(value);
    if (correctness === null) return;
    Object.defineProperty(found, model, { value: correctness, enumerable: true, configurable: true, writable: true });
    any = true;
  };
  if (field !== null) for (const [model, value] of Object.entries(parsedObject(row[field]) ?? {})) add(model, value);
  for (const [column, model] of columns) add(model, row[column]);
  return any ? found : null;
}

/** An object, or an object written as JSON in a cell of a table. */
function parsedObject(value: unknown): Record<string, unknown> | null {
  if (isRecord(value)) return value;
  if (typeof value !== 'string' || !value.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
