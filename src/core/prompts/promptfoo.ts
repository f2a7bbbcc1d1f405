import { parse as parseCsv } from 'csv-parse/sync';
import { causeOf, RecommendError } from '../errors';
import { readText } from '../files/decode';
import { formatOfName } from '../files/format';
import { parseJson } from '../files/json';
import { readJsonl } from '../files/jsonl';
import { defaultLimits, type ReadLimits } from '../files/limits';
import { isBroken, isRecord } from '../files/rows';
import { textSource, type Workspace } from '../files/source';
import { parseYaml } from '../files/yaml';
import { type Sentence, say } from '../sentence';
import { isChat, partsOfChat } from './chat';
import { neutralText, type Samples } from './placeholders';
import type { Prompt, PromptPart } from './prompt';
import type { ReferencedFile } from './readReport';
import { textOfValue } from './template';

export interface PromptfooPrompts {
  readonly prompts: readonly Prompt[];
  readonly references: readonly ReferencedFile[];
  readonly warnings: readonly Sentence[];
}

/**
 * Prompts × tests of a promptfoo configuration: each prompt filled with the variables of each test; a variable with a list of
 * values counts once for each. `file://` is read inside the workspace only; JavaScript and Python are never run. Assertions
 * are labels and left out.
 */
export async function promptsOfPromptfoo(
  config: Readonly<Record<string, unknown>>,
  file: string,
  workspace: Workspace | undefined,
  limits: ReadLimits,
): Promise<PromptfooPrompts> {
  const reader = new PromptfooReader(file, workspace, limits);
  const templates = await reader.templates(config.prompts);
  const defaults = isRecord(config.defaultTest) && isRecord(config.defaultTest.vars) ? config.defaultTest.vars : {};
  const tests = await reader.tests(config.tests);
  if (tests.length === 0) tests.push({ vars: {} });
  const prompts: Prompt[] = [];
  for (const [t, template] of templates.entries()) {
    for (const [v, test] of tests.entries()) {
      const variants = combinations({ ...defaults, ...(await reader.variables(test.vars)) }, limits.promptsPerFile);
      for (const [i, vars] of variants.entries()) {
        if (prompts.length >= limits.promptsPerFile) {
          reader.warnings.push(
            say('{0} expands to more than {1} prompts: the rest was left out.', file, limits.promptsPerFile),
          );
          return { prompts, references: reader.references, warnings: reader.warnings };
        }
        const parts = fill(template.parts, vars);
        if (parts.length === 0) continue;
        prompts.push({
          id: `${t + 1}.${v + 1}${variants.length > 1 ? `.${i + 1}` : ''}`,
          parts,
          line: 1,
          ...(test.description ? { category: test.description } : {}),
        });
      }
    }
  }
  return { prompts, references: reader.references, warnings: reader.warnings };
}

interface Template {
  readonly parts: readonly PromptPart[];
}

interface Test {
  readonly vars: Samples;
  readonly description?: string;
}

class PromptfooReader {
  readonly references: ReferencedFile[] = [];
  readonly warnings: Sentence[] = [];

  constructor(
    private readonly file: string,
    private readonly workspace: Workspace | undefined,
    private readonly limits: ReadLimits,
  ) {}

  async templates(value: unknown): Promise<Template[]> {
    const items = Array.isArray(value) ? value : isRecord(value) ? Object.keys(value) : [value];
    let found: Template[] = [];
    for (const item of items) {
      const text =
        typeof item === 'string' ? item : isRecord(item) ? textOfValue(item.raw ?? item.id ?? item.path) : '';
      if (text === '') continue;
      if (/^(file:\/\/|exec:)/.test(text) || isPromptPath(text)) found = found.concat(await this.templatesOfFile(text));
      else found.push({ parts: partsOfText(text) });
    }
    return found;
  }

  private async templatesOfFile(reference: string): Promise<Template[]> {
    const path = reference.replace(/^file:\/\//, '').replace(/:[A-Za-z_]\w*$/, '');
    if (/\.(js|cjs|mjs|ts|py)$/i.test(path) || reference.startsWith('exec:')) {
      this.warnings.push(say('{0} builds a prompt with the program {1}: it was not run.', this.file, path));
      return [];
    }
    const text = await this.read(path);
    if (text === null) return [];
    if (formatOfName(path) === 'jsonl') {
      const found: Template[] = [];
      for await (const batch of readJsonl(textSource(path, text).open(), this.limits))
        for (const row of batch) if (!isBroken(row) && isChat(row.value)) found.push({ parts: partsOfChat(row.value) });
      return found;
    }
    if (formatOfName(path) === 'text')
      return text
        .split(/^---[ \t]*$/m)
        .filter((piece) => piece.trim() !== '')
        .map((piece) => ({ parts: partsOfText(piece.trim()) }));
    return [{ parts: partsOfText(text) }];
  }

  async tests(value: unknown): Promise<Test[]> {
    if (typeof value === 'string') return this.testsOfFile(value);
    if (!Array.isArray(value)) {
      if (isRecord(value))
        this.warnings.push(say('The tests of {0} come from a generator: they were left out.', this.file));
      return [];
    }
    let found: Test[] = [];
    for (const item of value) {
      if (typeof item === 'string') found = found.concat(await this.testsOfFile(item));
      else if (isRecord(item)) {
        const description = typeof item.description === 'string' ? item.description : undefined;
        const vars = isRecord(item.vars) ? item.vars : {};
        found.push(description === undefined ? { vars } : { vars, description });
      }
      if (found.length > this.limits.promptsPerFile) break;
    }
    return found;
  }

  private async testsOfFile(reference: string): Promise<Test[]> {
    const path = reference.replace(/^file:\/\//, '');
    const format = formatOfName(path);
    if (format === null || format === 'code') {
      this.warnings.push(say('{0} takes tests from {1}, which is no data file: they were left out.', this.file, path));
      return [];
    }
    const text = await this.read(path);
    if (text === null) return [];
    if (format === 'csv' || format === 'tsv') {
      try {
        const rows: Record<string, unknown>[] = parseCsv(text, {
          columns: true,
          bom: true,
          delimiter: format === 'tsv' ? '\t' : ',',
          relax_quotes: true,
          relax_column_count: true,
          skip_empty_lines: true,
        });
        return rows.map((row) => ({ vars: withoutAssertions(row) }));
      } catch (thrown) {
        throw new RecommendError(
          'FORMAT_BROKEN',
          say('{0} cannot be read as CSV: {1}.', path, causeOf(thrown)),
          say('Repair the file.'),
          { cause: thrown },
        );
      }
    }
    if (format === 'jsonl') {
      const rows: unknown[] = [];
      for await (const batch of readJsonl(textSource(path, text).open(), this.limits))
        for (const row of batch) if (!isBroken(row)) rows.push(row.value);
      return this.tests(rows);
    }
    return this.tests(format === 'json' ? parseJson(text, path, this.limits) : parseYaml(text, path, this.limits));
  }

  /** Variables whose value is `file://…` hold the text of that file. */
  async variables(vars: Samples): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(vars)) {
      const path = typeof value === 'string' ? /^file:\/\/(.+)$/.exec(value)?.[1] : undefined;
      if (path === undefined) found[name] = value;
      else if (!/\.(js|cjs|mjs|ts|py)$/i.test(path)) {
        const text = await this.read(path);
        if (text !== null) found[name] = text;
      }
    }
    return found;
  }

  private async read(path: string): Promise<string | null> {
    const known = this.references.find((reference) => reference.path === path && reference.outcome !== 'included');
    if (known) return null;
    const note = (outcome: ReferencedFile['outcome']): null => {
      this.references.push({ path, outcome });
      return null;
    };
    if (this.references.length >= this.limits.references) return note('over-limit');
    const found = this.workspace ? await this.workspace.resolve(this.file, path) : 'outside-workspace';
    if (typeof found === 'string') return note(found);
    try {
      const { text } = await readText(found, this.limits.referencesTotalBytes);
      if (!this.references.some((reference) => reference.path === path))
        this.references.push({ path, outcome: 'included' });
      return text;
    } catch (thrown) {
      if (!RecommendError.is(thrown)) throw thrown;
      return note(thrown.code === 'FILE_TOO_LARGE' ? 'over-limit' : 'not-text');
    }
  }
}

function isPromptPath(text: string): boolean {
  return !/\s/.test(text) && /\.(txt|md|json|jsonl|ya?ml|j2|js|cjs|mjs|ts|py)(:\w+)?$/i.test(text);
}

/** A prompt template is a chat in JSON or YAML, or plain text. */
function partsOfText(text: string): PromptPart[] {
  const trimmed = text.trim();
  if (/^\[\s*\{/.test(trimmed)) {
    try {
      const value: unknown = JSON.parse(trimmed);
      if (isChat(value)) return partsOfChat(value);
    } catch {
      // Templates need not be JSON before they are filled in: it is scored as text.
    }
  } else if (/^- role:/.test(trimmed)) {
    try {
      const value = parseYaml(trimmed, 'prompt', defaultLimits);
      if (isChat(value)) return partsOfChat(value);
    } catch {
      // The same.
    }
  }
  return [{ role: 'user', text }];
}

function fill(parts: readonly PromptPart[], vars: Samples): PromptPart[] {
  return parts
    .map((part) => ({ ...part, text: neutralText(part.text, vars) }))
    .filter((part) => part.text.trim() !== '' || part.images);
}

function withoutAssertions(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('__')));
}

/** A variable with a list of values stands for one test for each value. */
function combinations(vars: Samples, most: number): Record<string, unknown>[] {
  let found: Record<string, unknown>[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values = Array.isArray(value) && value.every((item) => !isRecord(item)) && value.length > 0 ? value : [value];
    found = found.flatMap((others) => values.map((item) => ({ ...others, [name]: item as unknown }))).slice(0, most);
  }
  return found;
}
