import type { JSX } from 'preact';
import type {
  CandidateAssessment,
  DatasetBlock,
  PerRowRoute,
  Preference,
} from '../../core/recommendation/recommendation';
import { ChartFrame } from '../charts/chartFrame';
import { ProbabilityCell } from '../charts/intervalBar';
import { type Share, ShareBars } from '../charts/shareBars';
import { decimal, integer, percent, points, usd } from '../format';
import { nameOf, routeOf, type Sight } from '../state/sight';
import { costWords } from '../state/words';
import { count, t } from '../strings';
import { ScrollTable } from './scrollTable';
import { Section } from './section';

/** Bars of the distribution before the rest is summed up. */
const mostBars = 10;

function preferenceWord(preference: Preference): string {
  return preference === 'quality' ? t('Quality') : preference === 'balanced' ? t('Balanced') : t('Price');
}

/** What is only known of datasets: one model for all against a model for each row, the paper's scores, and slices. */
export function Dataset({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { dataset } = sight.recommendation;
  if (!dataset) return null;
  const route = routeOf(sight);
  return (
    <Section id="dataset" title={t('The dataset')}>
      {sight.labels.length > 0 ? (
        <p class="sample">{t('Figures of rows and categories are those before your labels.')}</p>
      ) : null}
      <Strategies sight={sight} dataset={dataset} />
      {route ? <Distribution sight={sight} route={route} /> : null}
      <PaperScoreTable sight={sight} />
      <Slices sight={sight} dataset={dataset} />
    </Section>
  );
}

function Strategies({ sight, dataset }: { readonly sight: Sight; readonly dataset: DatasetBlock }): JSX.Element {
  const { prompts } = sight.recommendation;
  // Rows are scored without the labels, so the one model is compared as it was before them.
  const one = sight.recommendation.candidates.find(({ model }) => model === sight.choice?.decision.model);
  const current = routeOf(sight);
  const rows: {
    key: string;
    title: string;
    probability: number;
    interval: readonly [number, number];
    usd: number | null;
    current: boolean;
  }[] = [];
  if (one)
    rows.push({
      key: 'one',
      title: t('One model for all: {0}', one.name),
      probability: one.probability,
      interval: one.interval,
      usd: one.cost.usd,
      current: true,
    });
  for (const route of dataset.routes)
    rows.push({
      key: route.preference,
      title: t('Each row by itself: {0}', preferenceWord(route.preference)),
      probability: route.probability,
      interval: route.interval,
      usd: route.usd,
      current: route === current,
    });
  return (
    <>
      <h3>{t('One model for all, or a model for each row')}</h3>
      {one && current ? <p>{verdict(one, current)}</p> : null}
      <ScrollTable label={t('Strategies')} table="plain strategies">
        <thead>
          <tr>
            <th scope="col">{t('Strategy')}</th>
            <th scope="col">{t('Expected correctness')}</th>
            <th scope="col" class="number">
              {t('Cost of 1,000')}
            </th>
            <th scope="col" class="number">
              {count(prompts, 'All {0} row', 'All {0} rows')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, title, probability, interval, usd: cost, current: marked }) => (
            <tr key={key} class={marked ? 'chosen' : ''}>
              <th scope="row" title={title}>
                <span>{title}</span>
              </th>
              <td>
                <ProbabilityCell low={interval[0]} value={probability} high={interval[1]} digits={1} />
              </td>
              <td class="number">{cost === null ? '–' : usd(1000 * cost)}</td>
              <td class="number">{cost === null ? '–' : usd(prompts * cost)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}

function verdict(one: CandidateAssessment, route: PerRowRoute): string {
  const gain = points(route.probability - one.probability);
  if (one.cost.usd === null || route.usd === null || one.cost.usd === 0)
    return t('Routing each row by itself is expected to change correctness by {0} points.', gain);
  return t(
    'Routing each row by itself is expected to change correctness by {0} points, at {1}.',
    gain,
    costWords(route.usd / one.cost.usd),
  );
}

function Distribution({ sight, route }: { readonly sight: Sight; readonly route: PerRowRoute }): JSX.Element {
  const total = route.shares.reduce((sum, { rows }) => sum + rows, 0);
  const head = route.shares.slice(0, route.shares.length > mostBars + 1 ? mostBars : route.shares.length);
  const rest = route.shares.slice(head.length);
  const shares: Share[] = head.map(({ model, rows }) => ({
    key: model,
    name: nameOf(sight, model),
    rows,
    marked: model === sight.choice?.decision.model,
  }));
  if (rest.length > 0)
    shares.push({
      key: '',
      name: count(rest.length, '{0} other model', '{0} other models'),
      rows: rest.reduce((sum, { rows }) => sum + rows, 0),
      marked: false,
    });
  return (
    <ChartFrame
      name="picks-per-row"
      title={t('Which model each row would go to')}
      caption={t('Each row routed by itself, preference: {0}.', preferenceWord(route.preference))}
    >
      <ShareBars shares={shares} total={Math.max(1, total)} />
    </ChartFrame>
  );
}

/** The three scores of arXiv 2309.15789 side by side; the largest of each is marked. */
function PaperScoreTable({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const scored = sight.candidates.filter(({ scores: { s1, s2, s3 } }) => s1 !== null && s2 !== null && s3 !== null);
  if (scored.length === 0) return null;
  const top = (key: 's1' | 's2' | 's3'): number => Math.max(...scored.map(({ scores }) => scores[key] ?? 0));
  const highest = { s1: top('s1'), s2: top('s2'), s3: top('s3') };
  const listed = [...scored].sort((a, b) => (b.scores.s3 ?? 0) - (a.scores.s3 ?? 0)).slice(0, 10);
  return (
    <details>
      <summary>{t('Scores S1, S2 and S3 of the paper')}</summary>
      <p class="note">
        {t(
          'S1: mean of the correctness of the five nearest known prompts. S2: share of rows predicted right. S3: S2 weighed by how often such predictions are right this far from the evidence.',
        )}
      </p>
      <ScrollTable label={t('Scores of the paper')}>
        <thead>
          <tr>
            <th scope="col">{t('Model')}</th>
            {(['S1', 'S2', 'S3', 'p'] as const).map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {listed.map(({ model, name, scores }) => (
            <tr key={model}>
              <th scope="row">{name}</th>
              {(['s1', 's2', 's3'] as const).map((key) => {
                const best = scores[key] === highest[key];
                return (
                  <td key={key} class={best ? 'number best' : 'number'}>
                    {decimal(scores[key] ?? 0, 3)}
                    {best ? <span class="note">{t('highest')}</span> : null}
                  </td>
                );
              })}
              <td class="number">{scores.p === null ? '–' : decimal(scores.p, 3)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {scored.length > listed.length ? (
        <p class="note">{t('The {0} highest of {1} by S3.', listed.length, integer(scored.length))}</p>
      ) : null}
    </details>
  );
}

/** Expected correctness by category: the overall pick, each category's own pick, and what the difference is. */
function Slices({ sight, dataset }: { readonly sight: Sight; readonly dataset: DatasetBlock }): JSX.Element | null {
  const { slices } = dataset;
  const overall = sight.choice?.decision.model;
  if (!slices || overall === undefined) return null;
  const indexOf = (model: string): number => sight.recommendation.candidates.findIndex((one) => one.model === model);
  const at = indexOf(overall);
  const groups = [...slices.groups].sort((a, b) => b.rows - a.rows);
  return (
    <>
      <h3>{t('By {0}', slices.column)}</h3>
      <ScrollTable label={t('By {0}', slices.column)} tall table="plain slices">
        <thead>
          <tr>
            <th scope="col">{slices.column}</th>
            <th scope="col" class="number">
              {t('Rows')}
            </th>
            <th scope="col" class="number" title={nameOf(sight, overall)}>
              <span>{nameOf(sight, overall)}</span>
            </th>
            <th scope="col">{t("The category's own pick")}</th>
            <th scope="col" class="number">
              {t('Difference')}
            </th>
            <th scope="col" class="number">
              {t('Cost against it')}
            </th>
            <th scope="col">{t('Distance')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ value, rows, pick, probabilities, costs, distance }) => {
            const own = indexOf(pick);
            const here = probabilities[at] ?? 0;
            const there = probabilities[own] ?? 0;
            const ratio = costs[own] != null && costs[at] ? (costs[own] ?? 0) / costs[at] : null;
            return (
              <tr key={value}>
                <th scope="row">{value === '' ? t('(none)') : value}</th>
                <td class="number">{integer(rows)}</td>
                <td class="number">{percent(here)}</td>
                {pick === overall ? (
                  <td colSpan={3} class="note">
                    {t('the same')}
                  </td>
                ) : (
                  <>
                    <td class="own-pick">
                      {nameOf(sight, pick)} <span class="note">{percent(there)}</span>
                    </td>
                    <td class="number">{points(there - here)}</td>
                    <td class="number">{ratio === null ? '–' : costWords(ratio)}</td>
                  </>
                )}
                <td>{distance > dataset.farAbove ? t('far') : decimal(distance, 2)}</td>
              </tr>
            );
          })}
        </tbody>
      </ScrollTable>
    </>
  );
}
