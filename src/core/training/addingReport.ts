import * as v from 'valibot';
import type { AddedModel } from './addModels';

/** What adding would do, before anything is done. */
export interface AddingPlan {
  /** Models in the tables that the router has no results of, or that were added to it before. */
  readonly newModels: readonly { readonly id: string; readonly results: number; readonly benchmarks: number }[];
  readonly benchmarks: readonly { readonly name: string; readonly task: string | null }[];
  /** True where the tables hold nothing else that is new to the router: no benchmark, and no result of another model. */
  readonly onlyNewModels: boolean;
}

/** What was added, as `added.json` of the new bundle keeps it. */
export interface AddingReport {
  readonly formatVersion: 1;
  /** Version of the router that was added to. */
  readonly base: string;
  readonly models: readonly AddedModel[];
}

const estimate = v.object({ logit: v.number(), interval: v.tuple([v.number(), v.number()]) });

/** What `added.json` holds, and what `train --add-models --json` prints. */
export const addingReportSchema: v.GenericSchema<unknown, AddingReport> = v.object({
  formatVersion: v.literal(1),
  base: v.string(),
  models: v.array(
    v.object({
      model: v.string(),
      relatives: v.array(v.object({ model: v.string(), weight: v.number() })),
      evidence: v.array(
        v.object({
          benchmark: v.string(),
          task: v.nullable(v.string()),
          results: v.number(),
          accuracy: v.number(),
          expected: v.number(),
          comparedWith: v.number(),
          nearest: v.array(v.object({ task: v.string(), cosine: v.number() })),
        }),
      ),
      before: estimate,
      after: estimate,
      place: v.number(),
      of: v.number(),
    }),
  ),
});

/** What `train --add-models --plan` prints. */
export const addingPlanSchema: v.GenericSchema<unknown, AddingPlan> = v.object({
  newModels: v.array(v.object({ id: v.string(), results: v.number(), benchmarks: v.number() })),
  benchmarks: v.array(v.object({ name: v.string(), task: v.nullable(v.string()) })),
  onlyNewModels: v.boolean(),
});

/** What was added, on what evidence, in some lines for each model. */
export function describeAddedModels({ models }: AddingReport): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const percent = (value: number): string => `${Math.round(100 * value)} %`;
  const parts: string[] = [];
  for (const { model, relatives, evidence, before, after, place, of } of models) {
    parts.push(`${model}: added; nothing changed for any other model.`);
    for (const { benchmark, task, results, accuracy, expected, comparedWith, nearest } of evidence) {
      const where =
        task === null
          ? `a benchmark that the router does not know, nearest to ${nearest.map((near) => `${near.task} (${near.cosine.toFixed(2)})`).join(', ')}`
          : `the router's task ${task}`;
      const level =
        comparedWith > 0
          ? `${comparedWith} known ${comparedWith === 1 ? 'model' : 'models'} there tell how hard it is`
          : task === null
            ? 'no known model there: how hard it is stays unknown, so these results say little'
            : 'how hard it is, the router knows';
      parts.push(
        `  ${benchmark}: ${percent(accuracy)} of ${results} right, ${percent(expected)} expected; ${where}; ${level}`,
      );
    }
    if (relatives.length > 0) {
      parts.push(
        `  expected from ${relatives.map(({ model: id, weight }) => `${id} (weight ${weight.toFixed(2)})`).join(', ')} and what else is known of it`,
      );
    }
    const told = ({ logit, interval: [low, high] }: typeof before): string =>
      `${signed(logit)} [${signed(low)}, ${signed(high)}]`;
    parts.push(
      `  ability (logit, average over kinds of task, 95 %): ${told(before)} without these results, ${told(after)} with them`,
      `  place ${place} of ${of} models with 100 results or more`,
      '',
    );
  }
  return `${parts.join('\n').trim()}\n`;
}
