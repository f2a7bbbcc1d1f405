import { RecommendError } from '../errors';
import { compressionOf, decompressed } from '../files/compression';
import { type CsvDialect, detectDialect, readCsv } from '../files/csv';
import { asUtf8, emptyFile, readText, type TextSource } from '../files/decode';
import { readEvalArchive } from '../files/evalArchive';
import { type FileFormat, formatOfContent, formatOfName, looksLikeJsonLines } from '../files/format';
import { parseJson, readJsonArray } from '../files/json';
import { readJsonl } from '../files/jsonl';
import { defaultLimits, type ReadLimits } from '../files/limits';
import { isParquet, readParquet } from '../files/parquet';
import { isBroken, type RowOutcome, type RowStream } from '../files/rows';
import { type ByteSource, readHead, readUpTo } from '../files/source';
import { parseYaml, yamlBytes } from '../files/yaml';
import { inEnglish, type Sentence, say, verbatim } from '../sentence';
import { readPromptDocument } from './documents';
import type { Prompt } from './prompt';
import { promptsOfPromptfoo } from './promptfoo';
import type { ReadOptions } from './readOptions';
import type { ReadReport, ReferencedFile, SkippedRow } from './readReport';
import { findRecipe, type Recipe } from './recipe';
import { isTruncated } from './scoredText';
import { inspectRow, structureOf } from './structured';

/** One row of the input, in order: a prompt, or why there is none. */
export type PromptOutcome =
  | { readonly kind: 'prompt'; readonly file: string; readonly prompt: Prompt }
  | { readonly kind: 'skipped'; readonly file: string; readonly line: number; readonly reason: Sentence };

/** How much has been read so far. */
export interface ReadProgress {
  readonly rows: number;
  readonly bytesRead: number;
  /** Null where a size is unknown. */
  readonly bytesTotal: number | null;
}

/** One pass over the input; `prompts` or `outcomes` can be iterated once, one of them. */
export interface PromptReading {
  /** @throws RecommendError while iterating, NO_PROMPTS at the end where every row was skipped */
  readonly prompts: AsyncIterable<Prompt>;
  /** Every row in order, skipped ones included, in batches. */
  readonly outcomes: AsyncIterable<readonly PromptOutcome[]>;
  /** What has been read so far; complete once the iteration has ended. */
  report(): ReadReport;
  progress(): ReadProgress;
}

const keptSkips = 100;
const recipeRows = 64;
const recipeBytes = 8 << 20;

/**
 * Reads prompts from files, selections and datasets: the step from bytes to {@link Prompt}s, streaming and in order.
 * Several sources are read as one dataset; of these, one that cannot be read is counted as skipped with its reason.
 */
export function readPrompts(sources: readonly ByteSource[], options: ReadOptions = {}): PromptReading {
  const reader = new Reader(sources, options);
  return {
    prompts: reader.prompts(),
    outcomes: reader.outcomes(),
    report: () => reader.report(),
    progress: () => reader.progress(),
  };
}

class Reader {
  private readonly limits: ReadLimits;
  private readonly formats = new Set<string>();
  /** By what they say in English. */
  private readonly encodings = new Map<string, Sentence>();
  private readonly columns = new Set<string>();
  private readonly otherColumns = new Set<string>();
  private readonly labelColumns = new Set<string>();
  private readonly warnings: Sentence[] = [];
  private readonly skipped: SkippedRow[] = [];
  private readonly references: ReferencedFile[] = [];
  private facts: Record<string, string> = {};
  private rows = 0;
  private scored = 0;
  private skips = 0;
  private truncated = 0;
  private bytesRead = 0;

  constructor(
    private readonly sources: readonly ByteSource[],
    private readonly options: ReadOptions,
  ) {
    this.limits = { ...defaultLimits, ...options.limits };
  }

  async *prompts(): AsyncIterable<Prompt> {
    for await (const batch of this.outcomes()) {
      for (const outcome of batch) if (outcome.kind === 'prompt') yield outcome.prompt;
    }
    if (this.scored > 0) return;
    const first = this.skipped[0];
    const names = this.sources
      .map((source) => source.name)
      .slice(0, 3)
      .join(', ');
    throw new RecommendError(
      'NO_PROMPTS',
      first
        ? say(
            'No row of {0} could be read as a prompt; the first reason, line {1}: {2}.',
            names,
            first.line,
            first.reason,
          )
        : say('{0} holds no prompt.', names || say('The selection')),
      say('Check the file, or name the prompt column with --column.'),
    );
  }

  async *outcomes(): AsyncIterable<readonly PromptOutcome[]> {
    for (const source of this.sources) {
      try {
        for await (const batch of this.readSource(source)) {
          this.options.signal?.throwIfAborted();
          this.count(batch);
          yield batch;
        }
      } catch (thrown) {
        if (this.options.signal?.aborted) throw cancelled();
        if (!RecommendError.is(thrown) || this.sources.length === 1 || thrown.code === 'CANCELLED') throw thrown;
        const batch: PromptOutcome[] = [{ kind: 'skipped', file: source.name, line: 1, reason: thrown.said.message }];
        this.count(batch);
        yield batch;
      }
    }
  }

  progress(): ReadProgress {
    let total: number | null = 0;
    for (const { size } of this.sources) total = total === null || size === null ? null : total + size;
    return { rows: this.rows, bytesRead: this.bytesRead, bytesTotal: total };
  }

  report(): ReadReport {
    return {
      format: [...this.formats].join(' + ') || 'none',
      encoding: joined([...this.encodings.values()]),
      rowsRead: this.rows,
      promptsScored: this.scored,
      rowsSkipped: this.skips,
      skipped: this.skipped,
      promptsTruncated: this.truncated,
      ...(this.columns.size > 0 ? { promptColumn: [...this.columns].join(', ') } : {}),
      ...(this.otherColumns.size > 0 ? { otherColumns: [...this.otherColumns] } : {}),
      ...(this.labelColumns.size > 0 ? { labelColumns: [...this.labelColumns] } : {}),
      ...(this.references.length > 0 ? { references: this.references } : {}),
      ...(this.warnings.length > 0 ? { warnings: this.warnings } : {}),
      ...(Object.keys(this.facts).length > 0 ? { facts: this.facts } : {}),
    };
  }

  private count(batch: readonly PromptOutcome[]): void {
    for (const outcome of batch) {
      this.rows++;
      if (outcome.kind === 'prompt') {
        this.scored++;
        if (isTruncated(outcome.prompt)) this.truncated++;
      } else {
        this.skips++;
        if (this.skipped.length < keptSkips)
          this.skipped.push({ file: outcome.file, line: outcome.line, reason: outcome.reason });
      }
    }
  }

  private async *readSource(original: ByteSource): AsyncIterable<readonly PromptOutcome[]> {
    const { signal } = this.options;
    if (signal?.aborted) throw cancelled();
    const before = this.bytesRead;
    const counted = this.counted(original);
    if (this.options.everyLine) {
      this.note('jsonl', null, verbatim('utf-8'));
      yield* this.readRows(original.name, readJsonl(counted.open(), this.limits, true));
      return;
    }
    const start = await readHead(counted, 4_096);
    if (start.length === 0) throw emptyFile(original.name);
    const compression = compressionOf(start);
    const plain = compression ? decompressed(counted, compression, this.limits) : counted;
    if (isParquet(compression ? await readHead(plain, 4) : start)) {
      this.note('parquet', compression, say('binary'));
      let recipe: Recipe | null = null;
      const rows = readParquet(plain, this.limits, () => recipe?.columnsRead ?? null);
      yield* this.readRows(original.name, rows, (found) => {
        recipe = found;
      });
      return;
    }
    if (formatOfName(original.name) === 'eval') {
      this.note('eval', compression, verbatim('utf-8'));
      this.bytesRead = before;
      yield* this.readRows(original.name, readEvalArchive(plain, this.limits, inspectRow));
      return;
    }
    const text = await asUtf8(plain);
    const head = await readHead(text.source, 1 << 16);
    const headText = new TextDecoder().decode(head);
    const format = formatFor(original, headText);
    this.note(format, compression, text.certain ? verbatim(text.encoding) : say('{0} (guessed)', text.encoding));
    if (!text.certain && text.encoding === 'windows-1252')
      this.warnings.push(say('{0} is not valid UTF-8: it was read as Windows-1252.', original.name));
    this.bytesRead = before;
    switch (format) {
      case 'jsonl':
        yield* this.readRows(original.name, readJsonl(text.source.open(), this.limits));
        return;
      case 'csv':
      case 'tsv': {
        const sample = await readHead(text.source, 1 << 20);
        this.bytesRead = before;
        const dialect = dialectOf(new TextDecoder().decode(sample), format);
        if (dialect.columns.length > this.limits.columns) {
          throw new RecommendError(
            'FILE_TOO_LARGE',
            say(
              '{0} has {1} columns; at most {2} are read.',
              original.name,
              dialect.columns.length,
              this.limits.columns,
            ),
            say('Keep the columns that hold the prompt.'),
          );
        }
        yield* this.readRows(original.name, readCsv(text.source.open(), dialect, this.limits));
        return;
      }
      case 'json':
        yield* this.readJson(original, text, headText, before);
        return;
      case 'yaml': {
        const body = await readText(text.source, Math.min(yamlBytes, this.limits.wholeFileBytes));
        yield* this.readStructured(original.name, parseYaml(body.text, original.name, this.limits));
        return;
      }
      default:
        yield* this.readDocument(original.name, text, format);
    }
  }

  private note(format: string, compression: string | null, encoding: Sentence): void {
    this.formats.add(compression ? `${format}.${compression}` : format);
    this.encodings.set(inEnglish(encoding), encoding);
  }

  /** Small files are parsed whole, which tells what they are; of larger ones the array in them is streamed. */
  private async *readJson(
    original: ByteSource,
    text: TextSource,
    head: string,
    before: number,
  ): AsyncIterable<readonly PromptOutcome[]> {
    const { name } = original;
    const first = await readUpTo(text.source, this.limits.wholeFileBytes);
    if (first.complete) {
      const body = new TextDecoder('utf-8', { ignoreBOM: true }).decode(first.bytes);
      yield* this.readStructured(name, parseJson(body, name, this.limits));
      return;
    }
    this.bytesRead = before;
    const wrapped = !head.trimStart().startsWith('[');
    yield* this.readRows(name, readJsonArray(text.source.open(), name, this.limits, wrapped));
  }

  private async *readStructured(name: string, value: unknown): AsyncIterable<readonly PromptOutcome[]> {
    const found = structureOf(value);
    if (!found) {
      throw new RecommendError(
        'NO_PROMPTS',
        say('{0} holds neither a prompt nor a list of them.', name),
        say('A chat needs "messages", a dataset a list of records.'),
      );
    }
    if (found.kind === 'rows') {
      yield* this.readRows(
        name,
        (async function* () {
          // Elements of a list have no line of their own: they are numbered.
          yield found.rows.map((row, index) => ({ line: index + 1, value: row }));
        })(),
      );
      return;
    }
    if (found.kind === 'prompt') {
      this.facts = { ...this.facts, ...found.facts };
      yield [{ kind: 'prompt', file: name, prompt: found.prompt }];
      return;
    }
    const expanded = await promptsOfPromptfoo(found.config, name, this.options.workspace, this.limits);
    this.references.push(...expanded.references);
    this.warnings.push(...expanded.warnings);
    if (typeof found.config.description === 'string')
      this.facts = { ...this.facts, description: found.config.description };
    yield expanded.prompts.map((prompt): PromptOutcome => ({ kind: 'prompt', file: name, prompt }));
  }

  private async *readDocument(
    name: string,
    text: TextSource,
    format: FileFormat,
  ): AsyncIterable<readonly PromptOutcome[]> {
    if (format === 'code') {
      throw new RecommendError(
        'FORMAT_UNKNOWN',
        say('{0} is a program, not a prompt.', name),
        say('Select the text of the prompt in the editor and run Recommend LLM on the selection.'),
      );
    }
    const { text: body, hasInvalidBytes } = await readText(text.source, this.limits.wholeFileBytes);
    if (hasInvalidBytes)
      this.warnings.push(say('{0} holds bytes that are not valid UTF-8: they were read as U+FFFD.', name));
    const document = await readPromptDocument(name, body, format, this.options.workspace, this.limits);
    this.facts = { ...this.facts, ...document.facts };
    this.references.push(...document.references);
    this.warnings.push(...document.warnings);
    yield document.prompts.map((prompt): PromptOutcome => ({ kind: 'prompt', file: name, prompt }));
  }

  /** Looks at the first rows to find the prompt, then turns every row into one. */
  private async *readRows(
    file: string,
    rows: RowStream,
    onRecipe?: (recipe: Recipe) => void,
  ): AsyncIterable<readonly PromptOutcome[]> {
    let recipe: Recipe | null = null;
    let waiting: RowOutcome[] = [];
    let good = 0;
    for await (const batch of rows) {
      if (recipe) {
        yield this.build(file, batch, recipe);
        continue;
      }
      waiting = waiting.concat(batch);
      for (const row of batch) if (!isBroken(row)) good++;
      if (good >= recipeRows || (good > 0 && this.bytesRead >= recipeBytes)) {
        recipe = this.recipeFor(file, waiting);
        onRecipe?.(recipe);
        yield this.build(file, waiting, recipe);
        waiting = [];
      }
    }
    if (recipe || waiting.length === 0) return;
    if (good > 0) yield this.build(file, waiting, this.recipeFor(file, waiting));
    else yield waiting.filter(isBroken).map((row) => ({ kind: 'skipped', file, ...row }));
  }

  private recipeFor(file: string, rows: readonly RowOutcome[]): Recipe {
    const sample: unknown[] = [];
    for (const row of rows) if (!isBroken(row) && sample.length < recipeRows) sample.push(row.value);
    const recipe = findRecipe(sample, this.options, file);
    this.columns.add(recipe.promptColumn);
    for (const name of recipe.otherColumns) this.otherColumns.add(name);
    for (const name of recipe.labelColumns) this.labelColumns.add(name);
    return recipe;
  }

  private build(file: string, rows: readonly RowOutcome[], recipe: Recipe): PromptOutcome[] {
    return rows.map((row) => {
      if (isBroken(row)) return { kind: 'skipped', file, line: row.line, reason: row.reason };
      const prompt = recipe.build(row.value, row.line);
      if (!('parts' in prompt)) return { kind: 'skipped', file, line: row.line, reason: prompt };
      return { kind: 'prompt', file, prompt };
    });
  }

  private counted(source: ByteSource): ByteSource {
    const add = (bytes: number): void => {
      this.bytesRead += bytes;
    };
    const { signal } = this.options;
    return {
      ...source,
      async *open() {
        for await (const chunk of source.open()) {
          if (signal?.aborted) throw cancelled();
          add(chunk.length);
          yield chunk;
        }
      },
    };
  }
}

/** The encodings of all sources as one sentence. */
function joined([first = say('none'), ...others]: readonly Sentence[]): Sentence {
  return others.reduce((before, encoding) => say('{0} + {1}', before, encoding), first);
}

function formatFor(source: ByteSource, head: string): FileFormat {
  if (source.languageId !== undefined && formatOfName(source.name) === 'code') return 'text';
  const named = formatOfName(source.name);
  if (named === 'json' && looksLikeJsonLines(head)) return 'jsonl';
  return named ?? formatOfContent(head);
}

function dialectOf(head: string, format: 'csv' | 'tsv'): CsvDialect {
  const fallback = format === 'tsv' ? '\t' : ',';
  return detectDialect(head, fallback) ?? { delimiter: fallback, columns: ['column1'], hasHeader: false };
}

function cancelled(): RecommendError {
  return new RecommendError('CANCELLED', say('Reading was cancelled.'), say('Run it again to start over.'));
}
