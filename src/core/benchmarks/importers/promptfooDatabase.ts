import type { Database, SqlJsStatic } from 'sql.js';
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js';
import * as v from 'valibot';
import { causeOf } from '../../errors';
import { say } from '../../sentence';
import { brokenLog, type LogFile, type LogGroup, type LogImporter, type LogSink } from './evaluationLog';
import { maximumJsonBytes, unpackedBytes } from './logText';
import { promptfoo, readPromptfooRow } from './promptfoo';

const evalRow = v.object({ id: v.string(), description: v.nullable(v.string()) });

let engine: Promise<SqlJsStatic> | null = null;

/** promptfoo's own database (`~/.promptfoo/promptfoo.db`). */
export const promptfooDatabase: LogImporter = {
  id: 'promptfoo-db',
  title: 'promptfoo database',
  follows: 'tables evals and eval_results (promptfoo 0.90 to 0.120)',
  preferredMetrics: promptfoo.preferredMetrics,

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const groups: LogGroup[] = [];
    for (const file of files) {
      if (/\.(?:db|sqlite3?)$/.test(file.name) && (await peek(file)).startsWith('SQLite format 3'))
        groups.push({ name: file.name, files: [file] });
    }
    return groups;
  },

  async read(group, sink, choices): Promise<void> {
    const file = group.files[0];
    if (!file) return;
    engine ??= initSqlJs();
    const sql = await engine;
    const database = new sql.Database(await bytesOf(file));
    try {
      readDatabase(database, file.name, sink, choices.benchmark);
    } catch (error) {
      throw brokenLog(file.name, say('not a promptfoo database ({0})', causeOf(error)), error);
    } finally {
      database.close();
    }
  },
};

function readDatabase(database: Database, file: string, sink: LogSink, benchmark: string | undefined): void {
  const names = new Map<string, string>();
  const evals = database.prepare('SELECT id, description FROM evals');
  while (evals.step()) {
    const { id, description } = v.parse(evalRow, evals.getAsObject());
    names.set(id, description ?? id);
  }
  evals.free();
  const results = database.prepare(
    'SELECT eval_id, test_idx, provider, prompt, test_case, success, score, named_scores, cost, error, failure_reason FROM eval_results ORDER BY eval_id, test_idx, prompt_idx',
  );
  for (let line = 1; results.step() && !sink.stopped; line += 1) {
    const row = results.getAsObject();
    const json = (column: string): unknown => {
      const text = row[column];
      if (typeof text !== 'string') return undefined;
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    };
    const testCase = json('test_case');
    readPromptfooRow(
      {
        provider: json('provider') ?? row.provider,
        prompt: json('prompt'),
        vars: testCase !== null && typeof testCase === 'object' && 'vars' in testCase ? testCase.vars : undefined,
        testIdx: row.test_idx,
        success: row.success === 1,
        score: row.score,
        namedScores: json('named_scores'),
        cost: row.cost,
        error: row.error,
        failureReason: row.failure_reason,
        testCase,
      },
      line,
      file,
      benchmark ?? names.get(String(row.eval_id)) ?? String(row.eval_id),
      sink,
    );
  }
  results.free();
}

async function bytesOf(file: LogFile): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of unpackedBytes(file)) {
    size += bytes.length;
    if (size > maximumJsonBytes)
      throw brokenLog(
        file.name,
        say('the database is larger than {0} MB; export the evaluation with "promptfoo export" instead', 256),
      );
    parts.push(bytes);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
