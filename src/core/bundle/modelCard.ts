import type { Manifest } from './manifest';

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replace(/\|/g, '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The model card of a bundle, in Markdown. */
export function modelCard(manifest: Manifest): string {
  const { counts, router, encoder } = manifest;
  const number = (value: number): string => value.toLocaleString('en-US');
  return `# Model card: the router bundle ${manifest.version}

What it is: a text encoder and classifiers that say, for a prompt or a dataset, how likely each of ${number(router.models)} LLM
settings is to be correct, and how sure that is. It runs on the user's machine. Method: docs/METHOD.md; measurements on
held-out benchmarks: docs/EVALUATION.md. Trained ${manifest.trained} with \`recommend-llm train\`; the same input gives the same bytes.

## Intended use
To choose among LLMs before a prompt, an agent or a dataset is run: advice for a person who sees the evidence beside it, or a default that a program may
take. Not to rank models for publication, and not to judge whether an answer is right.

## Quality
<!-- quality -->
Not measured yet: \`npm run evaluate\` writes this section.
<!-- end of quality -->

## What it was trained on
${number(counts.results)} correctness results of ${number(counts.models)} LLM settings on ${number(counts.items)} prompts of ${manifest.sources.length} public sources, and
${number(counts.aggregateScores)} aggregate scores of public leaderboards. The bundle holds no prompt and no answer: only weights, vectors, correctness
labels, counts, and the names of benchmarks, categories and items.

${table(
  ['source', 'repository', 'commit', 'licence', 'prompts', 'results'],
  manifest.sources.map((source) => [
    source.name,
    source.repository,
    source.commit.slice(0, 12),
    source.licence,
    number(source.items),
    number(source.results),
  ]),
)}

Benchmarks whose terms are non-commercial or that allow evaluation only are left out of this bundle.

## Credits for aggregate scores, prices and facts
${manifest.credits.map((credit) => `- ${credit}`).join('\n')}

## What is in it
- Encoder \`${encoder.id}\`: ${number(encoder.features)} hashed n-gram features, projected to ${encoder.dimensions} dimensions.
- Index: ${number(router.prompts)} prompts of ${router.tasks} tasks, with their labels.
- Linked Gaussian process: ${router.tasks} tasks with prompts and ${router.boards} boards without, condensed to two matrices; its spread in ${router.posteriorRank} shared factors and own variances.
- Catalog: what can be bought, with dated prices and measured verbosity.

## Limits
- It knows what public benchmarks measure, in the languages they use; it cannot know a private rubric. A handful of own labels is worth more than any encoder.
- Models without per-item results are placed by aggregate scores and by their facts (date, size, provider, kind); their intervals say so.
- Kinds of task that no benchmark resembles are recognised by their distance (\`near\` beyond ${router.distanceThresholds.near}, \`far\` beyond ${router.distanceThresholds.far}); far inputs get the best model on average.
- Benchmarks judged by an LLM carry that judge's taste; public prompts may have been in training data of the models they rank.
- Prices and offers are of the catalog's date.

## Files
${table(
  ['file', 'bytes', 'SHA-256'],
  Object.entries(manifest.files).map(([name, file]) => [name, number(file.bytes), file.sha256]),
)}

## Constants
\`\`\`json
${JSON.stringify(manifest.constants, null, 2)}
\`\`\`
`;
}
