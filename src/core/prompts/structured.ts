import { wrapperFields } from '../files/json';
import { isRecord } from '../files/rows';
import { isChat, partsOfChat, toolPart, toolsOf } from './chat';
import { correctnessOf } from './labels';
import { partsOfLibraryPrompt } from './libraryPrompts';
import { neutralText } from './placeholders';
import type { Prompt, PromptPart } from './prompt';
import { textOfValue, valueAt } from './template';

/** What a JSON or YAML file turned out to be. */
export type Structured =
  | { readonly kind: 'rows'; readonly rows: readonly unknown[]; readonly shape: string }
  | {
      readonly kind: 'prompt';
      readonly prompt: Prompt;
      readonly facts: Readonly<Record<string, string>>;
      readonly shape: string;
    }
  | { readonly kind: 'promptfoo'; readonly config: Readonly<Record<string, unknown>> };

const openings = ['messages', 'input', 'contents', 'conversations', 'conversation'];

/** @returns what a parsed JSON or YAML value is: one chat or prompt, a promptfoo configuration, or rows; null for neither */
export function structureOf(value: unknown): Structured | null {
  if (Array.isArray(value)) {
    if (isChat(value)) return onePrompt(partsOfChat(value), {}, 'chat');
    return { kind: 'rows', rows: value, shape: 'list' };
  }
  if (!isRecord(value)) return null;
  if (isPromptfoo(value)) return { kind: 'promptfoo', config: value };
  const library = partsOfLibraryPrompt(value);
  if (library) return onePrompt(library, value, 'prompt template');
  const body =
    isRecord(value.body) && openings.some((key) => isChat((value.body as Record<string, unknown>)[key]))
      ? value.body
      : value;
  for (const key of openings) {
    const chat = body[key];
    if (isChat(chat))
      return onePrompt([...instructionsOf(body), ...partsOfChat(chat), ...definitionsOf(body)], body, 'chat');
  }
  if (Array.isArray(value.samples) && isRecord(value.eval)) return inspectLog(value, value.eval);
  const results = valueAt(value, 'results.results') ?? value.results;
  if (Array.isArray(results) && results.some((item) => isRecord(item) && isRecord(item.prompt) && 'success' in item))
    return { kind: 'rows', rows: promptfooResults(results), shape: 'promptfoo results' };
  for (const field of wrapperFields) {
    const rows = value[field];
    if (Array.isArray(rows) && rows.length > 0)
      return { kind: 'rows', rows, shape: field === 'request_states' ? 'HELM scenario state' : 'list' };
  }
  for (const key of ['prompt', 'input', 'question', 'template', 'instruction', 'instructions']) {
    const text = body[key];
    if (typeof text !== 'string' || text.trim() === '') continue;
    const extra = key === 'instruction' && typeof body.input === 'string' ? `\n\n${body.input}` : '';
    return onePrompt(
      [...instructionsOf(body, key), { role: 'user', text: neutralText(text + extra) }, ...definitionsOf(body)],
      body,
      'prompt',
    );
  }
  return columnsOrRecords(value);
}

function onePrompt(parts: PromptPart[], from: Record<string, unknown>, shape: string): Structured | null {
  if (parts.length === 0) return null;
  const { names } = toolsOf(from.tools ?? from.functions);
  const model = typeof from.model === 'string' ? from.model : undefined;
  const facts: Record<string, string> = {};
  if (model !== undefined) facts.model = model;
  if (names.length > 0) facts.tools = names.join(', ');
  const prompt: Prompt = {
    id: '1',
    parts,
    line: 1,
    ...(model !== undefined ? { declaredModel: model } : {}),
    ...(names.length > 0 ? { tools: names } : {}),
  };
  return { kind: 'prompt', prompt, facts, shape };
}

function instructionsOf(body: Record<string, unknown>, used?: string): PromptPart[] {
  for (const key of ['system', 'system_prompt', 'systemInstruction', 'system_instruction', 'instructions']) {
    if (key === used) continue;
    const value = body[key];
    const text =
      typeof value === 'string' ? value : textOfValue(valueAt(value, 'parts.0.text') ?? valueAt(value, '0.text'));
    if (text.trim() !== '') return [{ role: 'system', text }];
  }
  return [];
}

function definitionsOf(body: Record<string, unknown>): PromptPart[] {
  const { definitions } = toolsOf(body.tools ?? body.functions);
  return definitions === null ? [] : [toolPart(definitions)];
}

/** Prompts and tests side by side are promptfoo's mark; so are `providers` with either. */
function isPromptfoo(value: Record<string, unknown>): boolean {
  const prompts = Array.isArray(value.prompts) || typeof value.prompts === 'string' || isRecord(value.prompts);
  return prompts && ('tests' in value || 'providers' in value || 'targets' in value || 'defaultTest' in value);
}

function inspectLog(value: Record<string, unknown>, evaluated: Record<string, unknown>): Structured {
  const rows = (value.samples as readonly unknown[]).map((sample) =>
    isRecord(sample) ? inspectRow(sample, evaluated) : sample,
  );
  return { kind: 'rows', rows, shape: 'Inspect log' };
}

/** A sample of an Inspect log as a row: its input, with the score of the model that was evaluated. */
export function inspectRow(
  sample: Readonly<Record<string, unknown>>,
  evaluated: Readonly<Record<string, unknown>>,
): unknown {
  const model = typeof evaluated.model === 'string' ? evaluated.model : 'model';
  const { id, input, choices, target } = sample;
  const score = isRecord(sample.scores) ? correctnessOf(Object.values(sample.scores)[0]) : null;
  return { id, input, choices, target, ...(score === null ? {} : { scores: { [model]: score } }) };
}

/** Results of promptfoo: one row for each prompt, with the success of each provider. */
function promptfooResults(results: readonly unknown[]): unknown[] {
  const byPrompt = new Map<string, { prompt: string; scores: Record<string, number> }>();
  for (const item of results) {
    if (!isRecord(item)) continue;
    const raw = textOfValue(valueAt(item, 'prompt.raw'));
    const provider = textOfValue(valueAt(item, 'provider.id') ?? item.provider);
    const row = byPrompt.get(raw) ?? { prompt: raw, scores: {} };
    const score = correctnessOf(item.success) ?? correctnessOf(item.score);
    if (provider !== '' && score !== null) row.scores[provider] = score;
    byPrompt.set(raw, row);
  }
  return [...byPrompt.values()].map((row) => (Object.keys(row.scores).length > 0 ? row : { prompt: row.prompt }));
}

/** Columns as lists of equal length, or records under their ids. */
function columnsOrRecords(value: Record<string, unknown>): Structured | null {
  const entries = Object.entries(value);
  const lists = entries.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const length = lists[0]?.[1].length ?? 0;
  if (
    lists.length === entries.length &&
    lists.length > 1 &&
    length > 0 &&
    lists.every(([, list]) => list.length === length)
  ) {
    const rows = Array.from({ length }, (_, i) => Object.fromEntries(lists.map(([name, list]) => [name, list[i]])));
    return { kind: 'rows', rows, shape: 'columns' };
  }
  if (entries.length > 1 && entries.every(([, item]) => isRecord(item))) {
    const rows = entries.map(([id, item]) => ({ id, ...(item as Record<string, unknown>) }));
    return { kind: 'rows', rows, shape: 'records by id' };
  }
  const only = lists.find(([, list]) => list.some((item) => isRecord(item) || typeof item === 'string'));
  return only && lists.length === 1 ? { kind: 'rows', rows: only[1], shape: 'list' } : null;
}
