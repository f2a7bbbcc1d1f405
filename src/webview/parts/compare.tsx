import type { JSX } from 'preact';
import type { CandidateAssessment } from '../../core/recommendation/recommendation';
import { chance, monthOf, percent, percentRange, points, tokens, usd } from '../format';
import { candidateOf, comparisonOf, type Sight } from '../state/sight';
import { costWords, evidenceWords } from '../state/words';
import { t } from '../strings';
import { PriceCell } from './alternatives';
import { ScrollTable } from './scrollTable';
import { Section } from './section';

/** Two models on this input: the difference, how likely it is real, what it costs, and where both were measured. */
export function Compare({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { view, update, choice, candidates } = sight;
  const byName = [...candidates].sort((a, b) => a.name.localeCompare(b.name));
  const left = candidateOf(sight, view.compare.left ?? choice?.decision.model ?? '') ?? candidates[0];
  const fallback = [choice?.decision.bestOnAverage, choice?.picks.quality, choice?.picks.open].find(
    (model) => model && model !== left?.model,
  );
  const right =
    candidateOf(sight, view.compare.right ?? fallback ?? '') ??
    candidates.find(({ model }) => model !== left?.model) ??
    left;
  if (!left || !right) return null;
  const select = (side: 'left' | 'right', label: string, current: CandidateAssessment): JSX.Element => (
    <label>
      {label}
      <select
        value={current.model}
        onChange={(event) =>
          update({ compare: { left: left.model, right: right.model, [side]: event.currentTarget.value } })
        }
      >
        {byName.map(({ model, name }) => (
          <option key={model} value={model}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Section
      id="compare"
      title={sight.recommendation.prompts === 1 ? t('Compare on this prompt') : t('Compare on this dataset')}
    >
      <div class="selects">
        {select('left', t('First'), left)}
        {select('right', t('Second'), right)}
      </div>
      {left.model === right.model ? (
        <p class="note">{t('Choose two different models.')}</p>
      ) : (
        <Comparing sight={sight} left={left} right={right} />
      )}
    </Section>
  );
}

interface Props {
  readonly sight: Sight;
  readonly left: CandidateAssessment;
  readonly right: CandidateAssessment;
}

function Comparing({ sight, left, right }: Props): JSX.Element {
  const { leftBetter, difference, interval, costRatio } = comparisonOf(left, right);
  const [better, worse, likely] =
    leftBetter >= 0.5 ? ([left, right, leftBetter] as const) : ([right, left, 1 - leftBetter] as const);
  const shared = sight.recommendation.nearestBenchmarks.filter(
    ({ accuracies }) => accuracies[left.model] !== undefined || accuracies[right.model] !== undefined,
  );
  const rows: readonly [string, JSX.Element | string, JSX.Element | string][] = [
    [
      t('Expected correctness'),
      `${percent(left.probability)} (${percentRange(left.interval)})`,
      `${percent(right.probability)} (${percentRange(right.interval)})`,
    ],
    [t('Cost of 1,000'), costOf(left), costOf(right)],
    [t('Output tokens expected'), tokens(left.cost.outputTokens), tokens(right.cost.outputTokens)],
    [
      t('List price'),
      <PriceCell key="left" candidate={left} today={sight.context.today} />,
      <PriceCell key="right" candidate={right} today={sight.context.today} />,
    ],
    [t('Context'), contextOf(left), contextOf(right)],
    [t('Released'), left.released ? monthOf(left.released) : '–', right.released ? monthOf(right.released) : '–'],
    [t('Weights'), weightsOf(left), weightsOf(right)],
    [t('Evidence'), evidenceWords(left), evidenceWords(right)],
  ];
  return (
    <>
      <p class="verdict">
        {likely < 0.55
          ? t('{0} and {1} are expected to do equally well.', left.name, right.name)
          : t('{0} is {1} likely to do better than {2}.', better.name, chance(likely), worse.name)}{' '}
        {t('Difference: {0} points ({1} to {2}).', points(difference), points(interval[0]), points(interval[1]))}{' '}
        {costRatio === null ? '' : t('{0} against {1}: {2}.', left.name, right.name, costWords(costRatio))}
      </p>
      <ScrollTable label={t('Comparison')} table="plain comparison">
        <thead>
          <tr>
            <td />
            <th scope="col">{left.name}</th>
            <th scope="col">{right.name}</th>
            <th scope="col" class="number">
              {t('Difference')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, first, second]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{first}</td>
              <td>{second}</td>
              <td />
            </tr>
          ))}
          {shared.map(({ benchmark, title, weight, accuracies }) => {
            const first = accuracies[left.model];
            const second = accuracies[right.model];
            return (
              <tr key={benchmark}>
                <th scope="row">
                  {title} <span class="note">{t('{0} of the neighbourhood', percent(weight))}</span>
                </th>
                <td>{first === undefined ? t('not run') : percent(first, 1)}</td>
                <td>{second === undefined ? t('not run') : percent(second, 1)}</td>
                <td class="number">{first === undefined || second === undefined ? '–' : points(first - second)}</td>
              </tr>
            );
          })}
        </tbody>
      </ScrollTable>
    </>
  );
}

function costOf({ cost }: CandidateAssessment): string {
  return cost.usd === null ? '–' : usd(1000 * cost.usd);
}

function contextOf({ contextTokens }: CandidateAssessment): string {
  return contextTokens === null ? '–' : tokens(contextTokens);
}

function weightsOf({ openWeights }: CandidateAssessment): string {
  return openWeights ? t('open') : t('closed');
}
