import assert from 'node:assert/strict';
import type { BenchmarkTable } from '../../../src/core/benchmarks/benchmarkTable';
import { splitIntoTasks } from '../../../src/core/benchmarks/tasks';

const facts = { source: 's', kind: null, language: null, scoredBy: 'unknown', ship: true } as const;
const table: BenchmarkTable = {
  benchmarks: [
    { ...facts, name: 'mmlu-pro', family: 'mmlu-pro' },
    { ...facts, name: 'reasoning-gym-easy', family: 'reasoning-gym' },
    { ...facts, name: 'reasoning-gym-hard', family: 'reasoning-gym' },
    { ...facts, name: 'other', family: 'family' },
  ],
  models: ['m'],
  items: [
    { benchmark: 0, category: 'law', id: '1', prompt: 'a' },
    { benchmark: 1, category: 'games/chess', id: '1', prompt: 'b' },
    { benchmark: 2, category: 'games/go', id: '1', prompt: 'c' },
    { benchmark: 3, category: 'x', id: '1', prompt: 'd' },
    { benchmark: 0, category: 'law', id: '2', prompt: 'e' },
    { benchmark: 3, category: 'y', id: '2', prompt: 'f' },
  ],
  offsets: new Int32Array(7),
  resultModels: new Uint16Array(0),
  resultScores: new Float32Array(0),
};

describe('tasks', () => {
  it('splits the wide benchmarks by category and leaves the others whole', () => {
    const { tasks, taskOfItem } = splitIntoTasks(table);
    assert.deepEqual(
      tasks.map(({ name, group, items }) => [name, group, [...items]]),
      [
        ['mmlu-pro/law', 'mmlu-pro/law', [0, 4]],
        ['other', 'family', [3, 5]],
        ['reasoning-gym-easy/games', 'reasoning-gym/games', [1]],
        ['reasoning-gym-hard/games', 'reasoning-gym/games', [2]],
      ],
    );
    assert.deepEqual([...taskOfItem], [0, 2, 3, 1, 0, 1]);
  });
});
