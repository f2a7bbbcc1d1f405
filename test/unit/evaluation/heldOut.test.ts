import assert from 'node:assert/strict';
import { splitIntoTasks } from '../../../src/core/benchmarks/tasks';
import { cellCounts, heldOutGroups, heldOutParts } from '../../../src/core/evaluation/heldOut';
import { modelAccuracies } from '../../../src/core/evaluation/poolResults';
import { promptClusters } from '../../../src/core/evaluation/promptOverlap';
import { type Row, tableOf } from './tables';

const question =
  'A train leaves the station at nine and another one follows it an hour later at twice the speed: when and where do the two of them meet if the line is straight';
const essay =
  'Write a short essay about the history of glass making in the lagoon of Venice and say which families guarded the secret of the clear crystal';

describe('near duplicates of prompts', () => {
  it('joins copies up to case and punctuation, and a question inside another template', () => {
    const clusters = promptClusters([
      question,
      essay,
      `${question.toUpperCase()}!?`,
      `Answer with one letter.\n\n${question}\n(A) at ten (B) at eleven (C) never`,
      'A train leaves',
    ]);
    assert.deepEqual([...clusters], [0, 1, 0, 0, 4]);
  });

  it('does not join prompts that share only a template', () => {
    const template =
      'You are given a statement about policy. Decide which of the seven topics it belongs to and answer with its number only.';
    const statements = Array.from(
      { length: 60 },
      (_, i) => `${template} Statement: number ${i} about ${'abc'.repeat(i + 1)}`,
    );
    assert.equal(new Set(promptClusters(statements)).size, 60);
  });

  it('joins prompts without words only where they are equal', () => {
    assert.deepEqual([...promptClusters(['???', '!!!', ' ??? ', ''])], [0, 1, 0, 3]);
  });
});

/** Benchmark a and its sister b are one family; c holds a copy of a prompt of a; d and mmlu-pro are on their own. */
function rows(): Row[] {
  const all: Row[] = [];
  for (let i = 0; i < 6; i++) {
    const scores = { m1: 1, m2: i % 2, m3: 0 };
    all.push({ benchmark: 'a', prompt: `alpha ${i} question`, scores });
    all.push({ benchmark: 'b', prompt: `beta ${i} question`, scores: { m1: 1, m2: 0 } });
    all.push({ benchmark: 'c', prompt: i === 3 ? 'Alpha 2, question.' : `gamma ${i} question`, scores });
    all.push({ benchmark: 'd', prompt: `delta ${i} question`, scores: { m1: 0, m2: 1, m3: i < 2 ? 1 : 0, m4: 1 } });
    all.push({ benchmark: 'p', prompt: `law ${i} question`, category: 'law', scores });
    all.push({ benchmark: 'p', prompt: `math ${i} question`, category: 'math', scores });
  }
  return all;
}

const table = tableOf(rows(), { a: { family: 'ab' }, b: { family: 'ab' }, p: { family: 'mmlu-pro' } });
const split = splitIntoTasks(table);
const clusters = promptClusters(table.items.map((item) => item.prompt));
const groups = heldOutGroups(split, clusters);
const rules = { minItems: 6, minCoverage: 0.9, minElsewhere: 6, minModels: 2 };

describe('holding out', () => {
  it('never trains on a held-out family, nor on a copy of its prompts', () => {
    for (const { tasks, excluded } of groups) {
      const heldOut = new Set(tasks.map((task) => split.tasks[task]?.group));
      const heldPrompts = new Set(
        tasks.flatMap((task) => [...(split.tasks[task]?.items ?? [])].map((item) => clusters[item])),
      );
      for (const [index, item] of table.items.entries()) {
        if (excluded[index] === 1) continue;
        const task = split.tasks[split.taskOfItem[index] as number];
        assert.ok(!heldOut.has(task?.group), `${item.prompt} of the held-out group is in training`);
        assert.ok(!heldPrompts.has(clusters[index]), `a copy of ${item.prompt} is in training`);
      }
    }
  });

  it('takes the family along, and one category alone where the benchmark is split', () => {
    assert.deepEqual(
      groups.map(({ group, tasks, overlapping }) => [
        group,
        tasks.map((task) => split.tasks[task]?.name),
        overlapping.map((task) => split.tasks[task]?.name),
      ]),
      [
        ['ab', ['a', 'b'], ['c']],
        ['c', ['c'], ['a']],
        ['d', ['d'], []],
        ['mmlu-pro/law', ['p/law'], []],
        ['mmlu-pro/math', ['p/math'], []],
      ],
    );
    const excluded = groups[0]?.excluded ?? new Uint8Array();
    assert.equal(
      excluded.reduce((sum, out) => sum + out, 0),
      13,
    );
  });

  it('leaves excluded items out of the counts', () => {
    const all = cellCounts(table, split);
    const rest = cellCounts(table, split, groups[0]?.excluded);
    const c = split.tasks.findIndex((task) => task.name === 'c');
    const a = split.tasks.findIndex((task) => task.name === 'a');
    assert.equal(all.counts[c * 4], 6);
    assert.equal(rest.counts[c * 4], 5);
    assert.equal(rest.counts[a * 4], 0);
    assert.equal(all.sums[a * 4 + 1], 3);
  });

  it('tests the models that were run on the part and elsewhere, and says what it cannot test', () => {
    const { parts, untested } = heldOutParts(table, split, groups, rules);
    const pools = Object.fromEntries(
      parts.map((part) => [part.name, Array.from(part.models, (model) => table.models[model])]),
    );
    // m4 was run on d alone: it has no results elsewhere.
    assert.deepEqual(pools, {
      a: ['m1', 'm2', 'm3'],
      b: ['m1', 'm2'],
      c: ['m1', 'm2', 'm3'],
      d: ['m1', 'm2', 'm3'],
      'p/law': ['m1', 'm2', 'm3'],
      'p/math': ['m1', 'm2', 'm3'],
    });
    assert.deepEqual(untested, []);
    const d = parts.find((part) => part.name === 'd');
    assert.deepEqual([...modelAccuracies(d?.results ?? assert.fail())], [0, 1, 1 / 3]);
    assert.match(heldOutParts(table, split, groups).untested[0]?.reason ?? '', /6 items, fewer than 40/);
    const few = heldOutParts(table, split, groups, { ...rules, minModels: 3 }).untested;
    assert.deepEqual(
      few.map(({ name }) => name),
      ['b'],
    );
  });
});
