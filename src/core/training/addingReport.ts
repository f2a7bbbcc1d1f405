import * as v from 'valibot';
import { decimal, type Figure, type Sentence, type Speak, say, signed } from '../sentence';
import type { AddedEvidence, AddedModel } from './addModels';

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
export function describeAddedModels({ models }: AddingReport, speak: Speak): string {
  const parts: string[] = [];
  for (const { model, relatives, evidence, before, after, place, of } of models) {
    parts.push(speak(say('{0}: added; nothing changed for any other model.', model)));
    for (const each of evidence) {
      const line = say(
        '{0}: {1} of {2} right, {3} expected; {4}; {5}',
        each.benchmark,
        percent(each.accuracy),
        each.results,
        percent(each.expected),
        whereItIs(each, speak),
        howHardItIs(each),
      );
      parts.push(`  ${speak(line)}`);
    }
    if (relatives.length > 0) {
      const told = relatives.map(({ model: id, weight }) => speak(say('{0} (weight {1})', id, decimal(weight, 2))));
      parts.push(`  ${speak(say('expected from {0} and what else is known of it', told.join(', ')))}`);
    }
    const ability = say(
      'ability (logit, average over kinds of task, 95 %): {0} [{1}, {2}] without these results, {3} [{4}, {5}] with them',
      ...[before, after].flatMap(({ logit, interval }) => [logit, ...interval].map((value) => signed(value, 2))),
    );
    parts.push(
      `  ${speak(ability)}`,
      `  ${speak(say('place {0} of {1} models with 100 results or more', place, of))}`,
      '',
    );
  }
  return `${parts.join('\n').trim()}\n`;
}

function percent(value: number): Figure {
  return { kind: 'percent', value };
}

function whereItIs({ task, nearest }: AddedEvidence, speak: Speak): Sentence {
  if (task !== null) return say("the router's task {0}", task);
  const told = nearest.map((near) => speak(say('{0} ({1})', near.task, decimal(near.cosine, 2))));
  return say('a benchmark that the router does not know, nearest to {0}', told.join(', '));
}

function howHardItIs({ task, comparedWith }: AddedEvidence): Sentence {
  if (comparedWith === 1) return say('{0} known model there tells how hard it is', comparedWith);
  if (comparedWith > 0) return say('{0} known models there tell how hard it is', comparedWith);
  return task === null
    ? say('no known model there: how hard it is stays unknown, so these results say little')
    : say('how hard it is, the router knows');
}
