import { RecommendError } from '../errors';
import { isRecord } from '../files/rows';
import { type Sentence, say } from '../sentence';
import { isChat, partsOfChat, roleOf, toolPart, toolsOf } from './chat';
import {
  correctnessOf,
  correctnessOfRow,
  isCostColumn,
  isLabelName,
  isModelColumn,
  modelOfColumn,
  resultField,
} from './labels';
import type { Prompt, PromptPart } from './prompt';
import { fieldsOfTemplate, fillTemplate, textOfValue, valueAt } from './template';

/** How the rows of one dataset become prompts: found from its first rows, then applied to all. */
export interface Recipe {
  /** Column, columns or template that the prompt is taken from, as shown to the user. */
  readonly promptColumn: string;
  readonly otherColumns: readonly string[];
  readonly labelColumns: readonly string[];
  /** Columns (dotted paths) that `build` looks at: a column store need not read the others. Null: any may matter. */
  readonly columnsRead: readonly string[] | null;
  /** @returns the prompt, or the reason why the row has none */
  build(row: unknown, line: number): Prompt | Sentence;
}

export interface RecipeOptions {
  readonly column?: string;
  readonly template?: string;
}

const nameRanks: readonly (readonly [RegExp, number])[] = [
  [/^prompts?$/i, 100],
  [/^(messages|conversations?|contents|dialog(ue)?|chat)$/i, 98],
  [/^(user_?(prompt|message|query|input|question)|full_?prompt|input_?prompt)$/i, 97],
  [/^questions?$/i, 95],
  [/^(query|queries|nl_?query|utterance)$/i, 93],
  [/^instructions?$/i, 92],
  [/^(inputs?|input_text|user)$/i, 90],
  [/^(problem(_statement)?|problem_description|task_description)$/i, 89],
  [/^(turns|request|goal|intent)$/i, 80],
  [/prompt|question|query|instruction/i, 78],
  [/^(text|content|task|sentence|premise|ctx|claim|issue|puzzle|scenario)$/i, 72],
  [/^(body|description|title|passage|article|document|code|abstract|source)$/i, 40],
];
const metadataName =
  /^(id|uuid|guid|hash|url|uri|link|path|file(name)?|split|source|dataset|benchmark|subset|category|subject|domain|topic|type|language|lang|difficulty|level|date|created(_at)?|timestamp|author|license|version|.*_id|.*_url|idx|index|metadata|meta|tags)$/i;
const contextName =
  /^(contexts?|passages?|article|documents?|background|sql_context|schema|db_schema|ctx|story|report)$/i;
const choicesName = /^(choices|options|endings|answer_choices|multiple_choice|candidates)$/i;
const systemName = /^(system(_?(prompt|message|instructions?))?|persona)$/i;
const toolsName = /^(tools|functions|available_tools|tool_definitions)$/i;
const idNames = [
  'id',
  'item_id',
  'custom_id',
  'instance_id',
  'task_id',
  'question_id',
  'qid',
  'doc_id',
  'uid',
  'uuid',
  '_id',
];
const categoryNames = ['category', 'subject', 'domain', 'topic', 'task_type', 'type', 'subset', 'source', 'benchmark'];
const sampleCharacters = 2_000;

interface ColumnSurvey {
  readonly name: string;
  readonly filled: number;
  readonly texts: number;
  readonly chats: number;
  readonly words: number;
  readonly numeric: number;
  readonly meanLength: number;
  readonly distinct: number;
}

/**
 * Finds the prompt in the rows of a dataset by the names and the contents of its columns.
 * @param sample the first rows, at least one
 * @param file for the error
 * @throws RecommendError NO_PROMPT_COLUMN
 */
export function findRecipe(sample: readonly unknown[], options: RecipeOptions, file: string): Recipe {
  const rows = sample.map(unwrap);
  const records = rows.filter(isRecord);
  const columns = columnsOf(records);
  const results = findResults(records, columns);
  const labels = columns.filter((name) => isLabelName(name) || results.isResult(name));
  const top = new Set(columns.filter((name) => !name.includes('.')));

  if (options.template !== undefined) {
    const template = options.template;
    const fields = fieldsOfTemplate(template);
    const known = fields.some((field) => rows.some((row) => valueAt(row, field) !== undefined));
    if (!known) throw noColumn(say('The template names no field of {0}. Its columns: {1}.', file, listed(columns)));
    return finish(
      template,
      (row) => userParts(fillTemplate(template, row)),
      fields,
      say('no field of the template is filled'),
      (row) => fields.some((field) => textOfValue(valueAt(row, field)) !== ''),
    );
  }
  if (options.column !== undefined) {
    const path = options.column;
    if (!rows.some((row) => valueAt(row, path) !== undefined))
      throw noColumn(say('{0} has no column "{1}". Its columns: {2}.', file, path, listed(columns)));
    return finish(path, (row) => partsOfValue(valueAt(row, path)), [path]);
  }
  if (rows.length > 0 && rows.filter((row) => typeof row === 'string').length * 2 > rows.length)
    return finish('(each value)', (row) => (typeof row === 'string' ? userParts(row) : []), []);
  if (rows.filter((row) => isChat(row)).length * 2 > rows.length)
    return finish('(each chat)', (row) => (isChat(row) ? partsOfChat(row) : []), []);

  const most = (test: (row: Record<string, unknown>) => boolean): boolean =>
    records.length > 0 && records.filter(test).length * 2 > records.length;
  // HELM: scenario states and instances.
  if (most((row) => typeof valueAt(row, 'instance.input.text') === 'string'))
    return finish('instance.input.text', (row) => partsOfValue(valueAt(row, 'instance.input.text')), [
      'instance.input.text',
    ]);
  if (most((row) => isRecord(row.input) && typeof row.input.text === 'string'))
    return finish('input.text', (row) => partsOfValue(valueAt(row, 'input.text')), ['input.text']);
  // lm-eval: what was sent is the first argument of the request.
  for (const path of ['arguments.gen_args_0.arg_0', 'arguments.0.0', 'arguments.0.arg_0']) {
    if (most((row) => isRecord(row.doc) && typeof valueAt(row, path) === 'string'))
      return finish(path, (row) => partsOfValue(valueAt(row, path)), [path]);
  }
  // OpenAI batch files and request logs.
  for (const path of ['body.messages', 'body.input', 'request.messages', 'request.prompt']) {
    if (most((row) => isPromptValue(valueAt(row, path)))) {
      const body = path.split('.')[0] ?? '';
      return finish(path, (row) => withTools(partsOfValue(valueAt(row, path)), valueAt(row, `${body}.tools`)), [path]);
    }
  }
  const best = rankColumns(records, columns, labels)[0];
  if (!best) throw noColumn(say('No column of {0} looks like a prompt. Its columns: {1}.', file, listed(columns)));

  const used = [best];
  const beside = (pattern: RegExp): string | undefined =>
    [...top].find((name) => pattern.test(name) && !used.includes(name));
  const input = /^instructions?$/i.test(best) ? beside(/^inputs?$/i) : undefined;
  if (input) used.push(input);
  const prefix = best.includes('.') ? best.slice(0, best.lastIndexOf('.') + 1) : '';
  const sibling = (pattern: RegExp): string | undefined =>
    columns.find((name) => name.startsWith(prefix) && pattern.test(name.slice(prefix.length)) && !used.includes(name));
  const choices = sibling(choicesName);
  const letters = choices ? [] : letterColumns(columns, prefix);
  const context = sibling(contextName);
  const system = sibling(systemName);
  const tools = sibling(toolsName);
  for (const name of [choices, ...letters, context, system, tools]) if (name !== undefined) used.push(name);
  const shown = [best, input, choices, ...letters, context, system, tools]
    .filter((name) => name !== undefined)
    .join(' + ');
  return finish(
    shown,
    (row) => {
      const main = partsOfValue(valueAt(row, best));
      if (main.length === 0) return [];
      const extras: string[] = [];
      if (input) extras.push(textOfValue(valueAt(row, input)));
      if (choices) extras.push(choicesText(valueAt(row, choices)));
      if (letters.length > 0) extras.push(letteredText(letters.map((name) => textOfValue(valueAt(row, name)))));
      const extra = extras.filter((text) => text.trim() !== '').join('\n\n');
      const last = main.at(-1);
      if (extra !== '' && last) main[main.length - 1] = { ...last, text: `${last.text}\n\n${extra}` };
      const systemText = system ? textOfValue(valueAt(row, system)) : '';
      const contextText = context ? textOfValue(valueAt(row, context)) : '';
      const parts: PromptPart[] = [
        ...(systemText !== '' ? [{ role: 'system' as const, text: systemText }] : []),
        ...(contextText !== '' ? [{ role: 'context' as const, text: contextText }] : []),
        ...main,
      ];
      return tools ? withTools(parts, valueAt(row, tools)) : parts;
    },
    used,
    say('no text in column "{0}"', best),
  );

  function finish(
    promptColumn: string,
    partsOf: (row: unknown) => PromptPart[],
    usedColumns: readonly string[],
    reason = say('no text in column "{0}"', promptColumn),
    filled: (row: unknown) => boolean = () => true,
  ): Recipe {
    const idName = idNames.find((name) => top.has(name) && !usedColumns.includes(name));
    const categoryName = categoryNames.find(
      (name) => top.has(name) && !usedColumns.includes(name) && records.some((row) => typeof row[name] === 'string'),
    );
    const labelColumns = labels.filter((name) => !usedColumns.includes(name) && !parentIn(name, labels));
    const otherColumns = rankColumns(records, columns, [...labels, ...usedColumns]).slice(0, 50);
    return {
      promptColumn,
      otherColumns,
      labelColumns,
      columnsRead:
        usedColumns.length === 0
          ? null
          : [...usedColumns, idName, categoryName, results.field, ...results.columns.map(([name]) => name)].filter(
              (name) => typeof name === 'string',
            ),
      build(wrapped, line) {
        const row = unwrap(wrapped);
        if (!filled(row)) return reason;
        const parts = partsOf(row).filter((part) => part.text.trim() !== '' || part.images);
        if (parts.length === 0) return reason;
        if (!isRecord(row)) return { id: String(line), numbered: true, parts, line };
        const id = idName === undefined ? undefined : row[idName];
        const own = (typeof id === 'string' && id !== '') || typeof id === 'number' || typeof id === 'bigint';
        const category = categoryName === undefined ? undefined : row[categoryName];
        const correctness = correctnessOfRow(row, results.field, results.columns);
        const tools = parts.some((part) => part.role === 'context') ? toolNames(row) : [];
        return {
          id: own ? String(id) : String(line),
          ...(own ? {} : { numbered: true }),
          parts,
          line,
          ...(typeof category === 'string' && category !== '' ? { category } : {}),
          ...(correctness ? { correctness } : {}),
          ...(tools.length > 0 ? { tools } : {}),
        };
      },
    };
  }
}

/** Rows as the dataset servers wrap them: `{"row_idx": 0, "row": {…}}`. */
function unwrap(row: unknown): unknown {
  return isRecord(row) && isRecord(row.row) && 'row_idx' in row ? row.row : row;
}

function parentIn(name: string, names: readonly string[]): boolean {
  return names.some((other) => name.length > other.length && name.startsWith(`${other}.`));
}

/** The first columns, for a message. */
function listed(columns: readonly string[]): string {
  const shown = columns.filter((name) => !name.includes('.')).slice(0, 12);
  return shown.length === 0 ? '–' : `${shown.join(', ')}${columns.length > shown.length ? ', …' : ''}`;
}

function noColumn(what: Sentence): RecommendError {
  return new RecommendError(
    'NO_PROMPT_COLUMN',
    what,
    say('Name the column with --column (dotted paths work) or build the prompt with --template "{{question}}".'),
  );
}

/** Column names, dotted to a depth of three; those of nested objects follow their parent. */
function columnsOf(records: readonly Record<string, unknown>[]): string[] {
  const names = new Set<string>();
  const add = (record: Record<string, unknown>, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(record)) {
      if (value === undefined) continue;
      if (names.size > 20_000) return;
      names.add(prefix + key);
      if (depth < 3 && isRecord(value)) add(value, `${prefix}${key}.`, depth + 1);
    }
  };
  for (const record of records) add(record, '', 1);
  return [...names];
}

function findResults(
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
): { field: string | null; columns: readonly (readonly [string, string])[]; isResult: (name: string) => boolean } {
  let field: string | null = null;
  for (const record of records) field ??= resultField(record);
  const flat = columns.filter((name) => {
    if (isCostColumn(name) || (!isModelColumn(name) && !/^(correct|correctness|score)[:./]/i.test(name))) return false;
    if (!records.some((row) => Object.hasOwn(row, name))) return false;
    const values = records
      .map((row) => row[name])
      .filter((value) => value !== undefined && value !== null && value !== '');
    return values.length > 0 && values.every((value) => !isRecord(value) && correctnessOf(value) !== null);
  });
  const found = new Set(flat);
  return {
    field,
    columns: flat.map((name) => [name, modelOfColumn(name)] as const),
    isResult: (name) => found.has(name) || (field !== null && (name === field || name.startsWith(`${field}.`))),
  };
}

function isPromptValue(value: unknown): boolean {
  return (typeof value === 'string' && value.trim() !== '') || isChat(value) || isChat(parsedChat(value));
}

function survey(records: readonly Record<string, unknown>[], name: string): ColumnSurvey {
  let filled = 0;
  let texts = 0;
  let chats = 0;
  let words = 0;
  let numeric = 0;
  let length = 0;
  const distinct = new Set<string>();
  for (const record of records) {
    const value = valueAt(record, name);
    if (value === undefined || value === null || value === '') continue;
    filled++;
    if (isChat(value) || isChat(parsedChat(value))) {
      chats++;
      distinct.add(JSON.stringify(value).slice(0, sampleCharacters));
    } else if (
      typeof value === 'string' ||
      (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'))
    ) {
      const text = textOfValue(value);
      if (text.trim() === '') continue;
      texts++;
      length += text.length;
      distinct.add(text.slice(0, sampleCharacters));
      // Languages without spaces have words too.
      if (/\S\s+\S/.test(text.trim()) || /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]/.test(text)) words++;
      if (/^[-+]?[\d.,:\-/ ]+$/.test(text)) numeric++;
    }
  }
  return {
    name,
    filled,
    texts,
    chats,
    words,
    numeric,
    meanLength: texts > 0 ? length / texts : 0,
    distinct: distinct.size,
  };
}

/** Columns that could hold the prompt, the best first. */
function rankColumns(
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
  excluded: readonly string[],
): string[] {
  const out = new Set(excluded);
  const ranked: { name: string; score: number }[] = [];
  for (const name of columns) {
    if (out.has(name) || parentIn(name, excluded)) continue;
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (toolsName.test(last)) continue;
    const rank = nameRanks.find(([pattern]) => pattern.test(last))?.[1] ?? 0;
    if (rank === 0 && metadataName.test(last)) continue;
    const found = survey(records, name);
    const usable = found.texts + found.chats;
    if (usable === 0 || found.numeric * 2 > usable) continue;
    const wordy = (found.words + found.chats) / usable;
    // A column without a telling name must read like requests: words, and different from row to row.
    if (rank < 50 && (wordy < 0.5 || (found.chats === 0 && found.meanLength < 12))) continue;
    const score =
      rank +
      30 * (usable / records.length) +
      20 * (found.distinct / usable) +
      15 * wordy +
      (found.chats > 0 ? 10 : Math.min(10, found.meanLength / 20)) -
      (name.includes('.') ? 12 : 0) -
      (contextName.test(last) || choicesName.test(last) || systemName.test(last) ? 40 : 0);
    ranked.push({ name, score });
  }
  return ranked.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

function letterColumns(columns: readonly string[], prefix: string): string[] {
  for (const form of ['A', 'a', 'option_a', 'optionA', 'option_A', 'choice_a', 'choiceA', 'opa', '(A)']) {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'].map(
      (letter) => prefix + form.replace(/a(?=\)?$)/i, (was) => (was === 'a' ? letter.toLowerCase() : letter)),
    );
    const present = names.filter((name) => columns.includes(name));
    if (present.length >= 2 && present[0] === names[0]) return present;
  }
  return [];
}

/** Choices as a list, as `{text: [], label: []}` or as `{A: …, B: …}`; which one is right is never looked at. */
function choicesText(value: unknown): string {
  const parsed = typeof value === 'string' && /^[[{]/.test(value) ? (tryJson(value) ?? value) : value;
  if (Array.isArray(parsed))
    return letteredText(
      parsed.map((item) => (isRecord(item) ? textOfValue(item.text ?? item.label ?? item.content) : textOfValue(item))),
    );
  if (!isRecord(parsed)) return textOfValue(parsed);
  if (Array.isArray(parsed.text)) {
    const labels = Array.isArray(parsed.label) ? parsed.label : [];
    return parsed.text
      .map((text, index) => `${textOfValue(labels[index] ?? letter(index))}. ${textOfValue(text)}`)
      .join('\n');
  }
  return Object.entries(parsed)
    .filter(([, text]) => typeof text === 'string' && text !== '')
    .map(([label, text]) => `${label}. ${textOfValue(text)}`)
    .join('\n');
}

function letteredText(texts: readonly string[]): string {
  return texts
    .map((text, index) => ({ text, index }))
    .filter(({ text }) => text !== '')
    .map(({ text, index }) => `${letter(index)}. ${text}`)
    .join('\n');
}

function letter(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parsedChat(value: unknown): unknown {
  return typeof value === 'string' && /^\s*\[\s*\{/.test(value) ? tryJson(value) : undefined;
}

function userParts(text: string): PromptPart[] {
  return text.trim() === '' ? [] : [{ role: 'user', text }];
}

function partsOfValue(value: unknown): PromptPart[] {
  if (isChat(value)) return partsOfChat(value);
  const chat = parsedChat(value);
  if (isChat(chat)) return partsOfChat(chat);
  if (isRecord(value)) {
    if (isChat(value.messages)) return partsOfChat(value.messages);
    const role = roleOf(value.role);
    if (role && typeof value.content === 'string') return [{ role, text: value.content }];
    if (typeof value.text === 'string') return userParts(value.text);
  }
  return userParts(textOfValue(value));
}

function withTools(parts: PromptPart[], tools: unknown): PromptPart[] {
  const parsed = typeof tools === 'string' ? tryJson(tools) : tools;
  const { definitions } = toolsOf(parsed);
  return definitions === null ? parts : [...parts, toolPart(definitions)];
}

function toolNames(row: Record<string, unknown>): string[] {
  for (const [key, value] of Object.entries(isRecord(row.body) ? row.body : row)) {
    if (!toolsName.test(key)) continue;
    return toolsOf(typeof value === 'string' ? tryJson(value) : value).names;
  }
  return [];
}
