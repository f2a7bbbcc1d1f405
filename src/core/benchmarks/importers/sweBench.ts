import * as v from 'valibot';
import { say } from '../../sentence';
import { baseName, brokenLog, folderOf, type LogFile, type LogGroup, type LogImporter } from './evaluationLog';
import { asText, firstJsonLine, isRecord, jsonOf, linesOf } from './logText';

/** The report of `swebench.harness.run_evaluation`, and `results.json` of the SWE-bench experiments repository. */
const report = v.object({
  resolved_ids: v.optional(v.array(v.string())),
  unresolved_ids: v.optional(v.array(v.string())),
  resolved: v.optional(v.array(v.string())),
  submitted_ids: v.optional(v.array(v.string())),
  completed_ids: v.optional(v.array(v.string())),
  empty_patch_ids: v.optional(v.array(v.string())),
  no_generation: v.optional(v.array(v.string())),
  error_ids: v.optional(v.array(v.string())),
});

/**
 * SWE-bench style results: a list of resolved instances for each model, and the problem statements (a JSON Lines file
 * with `instance_id` and `problem_statement`) somewhere in the same import.
 */
export const sweBench: LogImporter = {
  id: 'swe-bench',
  title: 'SWE-bench results',
  follows: 'swebench 2.x to 4.x run reports (schema_version 2) and experiments/results.json',
  preferredMetrics: ['resolved'],

  async recognise(files: readonly LogFile[], peek): Promise<readonly LogGroup[]> {
    const statements: LogFile[] = [];
    const reports: LogFile[] = [];
    for (const file of files) {
      if (!/\.jsonl?(?:\.gz)?$/.test(file.name)) continue;
      const head = await peek(file);
      const first = firstJsonLine(head);
      if (isRecord(first) && 'instance_id' in first && 'problem_statement' in first) statements.push(file);
      else if (
        /"(?:resolved_ids|resolved)"\s*:\s*\[/.test(head) &&
        /"(?:unresolved_ids|no_generation|submitted_ids|total_instances|no_logs)"\s*:/.test(head)
      )
        reports.push(file);
    }
    return reports.map((file) => ({ name: file.name, files: [file, ...statements] }));
  },

  async read(group, sink, choices): Promise<void> {
    const [file, ...statementFiles] = group.files;
    if (!file) return;
    if (statementFiles.length === 0) {
      throw brokenLog(
        file.name,
        say(
          'the problem statements are missing: add the JSON Lines file with instance_id and problem_statement to the import',
        ),
      );
    }
    const statements = new Map<string, { readonly text: string; readonly repository: string | null }>();
    for (const each of statementFiles) {
      for await (const { line, text } of linesOf(each)) {
        const row = firstJsonLine(text);
        if (!isRecord(row)) continue;
        const id = asText(row.instance_id);
        const problem = asText(row.problem_statement);
        if (id !== null && problem !== null) statements.set(id, { text: problem, repository: asText(row.repo) });
        else sink.reject({ file: each.name, line, reason: say('no instance_id or problem_statement') });
      }
    }
    const parsed = v.safeParse(report, await jsonOf(file));
    if (!parsed.success)
      throw brokenLog(
        file.name,
        say('{0} is not a list of instance ids', v.getDotPath(parsed.issues[0]) ?? say('a list')),
      );
    const lists = parsed.output;
    const resolved = new Set(lists.resolved_ids ?? lists.resolved ?? []);
    const attempted = new Set([
      ...(lists.submitted_ids ?? []),
      ...(lists.completed_ids ?? []),
      ...(lists.unresolved_ids ?? []),
      ...(lists.empty_patch_ids ?? []),
      ...(lists.no_generation ?? []),
      ...resolved,
    ]);
    // results.json of the experiments repository lists resolved instances only: every other instance was tried and failed.
    const items = lists.resolved_ids ? attempted : new Set(statements.keys());
    const model = choices.model ?? modelOf(file.name);
    let row = 0;
    for (const id of items) {
      if (sink.stopped) return;
      row += 1;
      const statement = statements.get(id);
      if (statement === undefined)
        sink.reject({ file: file.name, line: row, reason: say('{0} has no problem statement', id) });
      else
        sink.result({
          benchmark: choices.benchmark ?? 'swe-bench',
          category: statement.repository,
          item: id,
          prompt: statement.text,
          model,
          metrics: { resolved: resolved.has(id) },
        });
    }
  },
};

/** `<model>.<run id>.json`, or the folder of a results.json ("20250522_tools_claude-4-opus"), "__" standing for "/". */
function modelOf(name: string): string {
  const base = baseName(name)
    .replace(/\.gz$/, '')
    .replace(/\.json$/, '');
  if (base !== 'results' && base !== 'report') return base.replace(/\.[^.]*$/, '').replace('__', '/');
  const folder =
    folderOf(name)
      .split('/')
      .filter((part) => part !== 'results')
      .at(-1) ?? 'unknown-model';
  return folder.replace(/^\d{8}_/, '').replace('__', '/');
}
