import * as v from 'valibot';
import type { RouterParameters } from '../predictors/routerParameters';
import { say } from '../sentence';
import { parsePart } from './manifest';

const text = v.string();

const indexSchema = v.object({
  models: v.array(text),
  resultCounts: v.array(v.number()),
  abilities: v.array(v.number()),
  tasks: v.array(
    v.object({
      name: text,
      title: text,
      family: text,
      kind: v.nullable(text),
      language: v.nullable(text),
      source: text,
      url: v.nullable(text),
      items: v.number(),
      /** Model index and mean correctness, alternating. */
      accuracies: v.array(v.number()),
    }),
  ),
  categories: v.array(text),
  /** Per prompt, in the order of the index: task, category (−1 = none). */
  promptTasks: v.array(v.number()),
  promptCategories: v.array(v.number()),
  promptIds: v.array(text),
});

/** The names behind the numbers of the graphs: models, tasks and index rows. */
export type RouterIndex = v.InferOutput<typeof indexSchema>;

/** The names of a router as `index.json` holds them. */
export function routerIndex(parameters: RouterParameters): RouterIndex {
  const { index } = parameters;
  const categories = [...new Set(index.categories.filter((category) => category !== null))].sort();
  const categoryIndex = new Map(categories.map((category, at) => [category, at]));
  return {
    models: [...parameters.models],
    resultCounts: [...parameters.resultCounts],
    abilities: Array.from(parameters.abilities, (ability) => Number(ability.toFixed(4))),
    tasks: parameters.tasks.map((task) => ({
      name: task.name,
      title: task.title,
      family: task.family,
      kind: task.kind,
      language: task.language,
      source: task.source,
      url: task.url,
      items: task.items,
      accuracies: [...task.accuracies].flatMap(([model, accuracy]) => [model, Number(accuracy.toFixed(4))]),
    })),
    categories,
    promptTasks: [...index.tasks],
    promptCategories: index.categories.map((category) =>
      category === null ? -1 : (categoryIndex.get(category) as number),
    ),
    promptIds: [...index.ids],
  };
}

/**
 * Validates the content of `index.json`.
 * @throws RecommendError BUNDLE_BROKEN
 */
export function parseRouterIndex(bytes: Uint8Array): RouterIndex {
  return parsePart('index.json', bytes, indexSchema, say('Train the bundle again.'));
}
