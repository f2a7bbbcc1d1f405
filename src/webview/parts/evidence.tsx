import type { JSX } from 'preact';
import { toleranceOf } from '../../core/recommendation/policy';
import type { NearestBenchmark } from '../../core/recommendation/recommendation';
import { DistanceScale } from '../charts/distanceScale';
import { DotStrip } from '../charts/dotStrip';
import { ShareBar } from '../charts/intervalBar';
import { chance, decimal, integer, percent, points } from '../format';
import { candidateOf, comparisonOf, nameOf, type Sight } from '../state/sight';
import { send } from '../state/vscodeApi';
import { costWords, distanceWords, pointsWord } from '../state/words';
import { count, t } from '../strings';
import { Icon } from './icon';
import { Section } from './section';

/** What the answer rests on: how near known prompts are, which benchmarks they belong to, and what the guard weighed. */
export function Evidence({ sight }: { readonly sight: Sight }): JSX.Element {
  return (
    <Section id="evidence" title={t('Evidence')}>
      <div class="columns">
        <Distance sight={sight} />
        <Guard sight={sight} />
      </div>
      <Benchmarks sight={sight} />
    </Section>
  );
}

function Distance({ sight }: { readonly sight: Sight }): JSX.Element {
  const { distance, distanceWord, distanceThresholds, nearest } = sight.recommendation;
  return (
    <div>
      <h3>{t('How far from known prompts')}</h3>
      <p>
        {distanceWord === 'far' ? <Icon name="warning" /> : null} {distanceWords(distanceWord)}{' '}
        <span class="note">({t('mean cosine distance {0}', decimal(distance, 2))})</span>
      </p>
      <DistanceScale
        distance={distance}
        word={distanceWord}
        thresholds={distanceThresholds ?? null}
        labels={[t('like'), t('close'), t('far')]}
      />
      {nearest.length > 0 ? (
        <details>
          <summary>{count(nearest.length, 'The nearest known prompt', 'The {0} nearest known prompts')}</summary>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{t('Benchmark')}</th>
                <th scope="col">{t('Category')}</th>
                <th scope="col">{t('Item')}</th>
                <th scope="col" class="number">
                  {t('Similarity')}
                </th>
              </tr>
            </thead>
            <tbody>
              {nearest.map(({ benchmark, category, item, similarity }) => (
                <tr key={`${benchmark} ${item}`}>
                  <td>{benchmark}</td>
                  <td>{category ?? '–'}</td>
                  <td class="clip" title={item}>
                    {item}
                  </td>
                  <td class="number">{decimal(similarity, 2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ) : null}
    </div>
  );
}

/** The figures that the guard and the value pick decide by. */
function Guard({ sight }: { readonly sight: Sight }): JSX.Element | null {
  if (!sight.choice) return null;
  const { decision, picks } = sight.choice;
  const pick = candidateOf(sight, decision.model);
  const best = candidateOf(sight, decision.bestOnAverage);
  const quality = candidateOf(sight, picks.quality);
  if (!pick || !best || !quality) return null;
  const against = comparisonOf(pick, best);
  const sameAsBest = pick.model === best.model;
  return (
    <div>
      <h3>{t('What was weighed')}</h3>
      <dl class="weighed">
        <dt>{t('Best on average')}</dt>
        <dd>
          {best.name} ({percent(best.probability)})
        </dd>
        {sameAsBest ? null : (
          <>
            <dt>{t('Difference to it')}</dt>
            <dd>
              {t(
                '{0} points ({1} to {2})',
                points(against.difference),
                points(against.interval[0]),
                points(against.interval[1]),
              )}
            </dd>
            <dt>{t('At least as good')}</dt>
            <dd>{chance(decision.beatsBest)}</dd>
          </>
        )}
        {sameAsBest || against.costRatio === null ? null : (
          <>
            <dt>{t('Cost against it')}</dt>
            <dd>{costWords(against.costRatio)}</dd>
          </>
        )}
        {quality.model === pick.model ? null : (
          <>
            <dt>{t('Quality pick')}</dt>
            <dd>
              {quality.name} ({percent(quality.probability)}),{' '}
              {t(
                '{0} given up of {1} allowed',
                pointsWord(decision.pointsLost),
                pointsWord(toleranceOf(sight.policy.dial)),
              )}
            </dd>
          </>
        )}
        <dt>{t('Results of the pick')}</dt>
        <dd>
          {pick.evidence.kind === 'per-item'
            ? t(
                '{0} measured, {1} of them near this input',
                integer(pick.evidence.items),
                integer(pick.evidence.nearby),
              )
            : pick.evidence.kind === 'aggregate'
              ? t('none per prompt: placed by leaderboard scores, so the interval is wide')
              : t('none: placed by its features alone, so the interval is wide')}
        </dd>
        {sight.labels.length > 0 ? (
          <>
            <dt>{t('Your labels')}</dt>
            <dd>{count(sight.labels.length, '{0} label', '{0} labels')}</dd>
          </>
        ) : null}
      </dl>
    </div>
  );
}

function Benchmarks({ sight }: { readonly sight: Sight }): JSX.Element {
  const { nearestBenchmarks } = sight.recommendation;
  if (nearestBenchmarks.length === 0) return <p class="note">{t('No benchmark is near this input.')}</p>;
  return (
    <>
      <h3>{t('Nearest benchmarks')}</h3>
      <Legend sight={sight} />
      <ul class="benchmarks">
        {nearestBenchmarks.map((benchmark) => (
          <Benchmark key={benchmark.benchmark} sight={sight} benchmark={benchmark} />
        ))}
      </ul>
    </>
  );
}

function Legend({ sight }: { readonly sight: Sight }): JSX.Element | null {
  if (!sight.choice) return null;
  const { model, bestOnAverage } = sight.choice.decision;
  return (
    <p class="legend note">
      <span>
        <svg width="12" height="12" aria-hidden="true">
          <circle class="value" cx="6" cy="6" r="4" />
        </svg>{' '}
        {nameOf(sight, model)}
      </span>
      {bestOnAverage === model ? null : (
        <span>
          <svg width="12" height="12" aria-hidden="true">
            <circle class="best" cx="6" cy="6" r="4" />
          </svg>{' '}
          {t('{0}, best on average', nameOf(sight, bestOnAverage))}
        </span>
      )}
      <span>
        <svg width="6" height="12" aria-hidden="true">
          <line class="other" x1="3" x2="3" y1="2" y2="10" />
        </svg>{' '}
        {t('other candidates')}
      </span>
    </p>
  );
}

function Benchmark({ sight, benchmark }: { readonly sight: Sight; readonly benchmark: NearestBenchmark }): JSX.Element {
  const decision = sight.choice?.decision;
  const results = Object.entries(benchmark.accuracies)
    .filter(([model]) => sight.byModel.has(model))
    .sort((a, b) => b[1] - a[1]);
  const result = (model: string | undefined): number | null =>
    model === undefined ? null : (benchmark.accuracies[model] ?? null);
  const pick = result(decision?.model);
  const best = decision?.bestOnAverage === decision?.model ? null : result(decision?.bestOnAverage);
  const [top] = results;
  const { url } = benchmark;
  return (
    <li>
      <div class="benchmark-head">
        <span class="title">
          {url?.startsWith('https://') ? (
            <button type="button" class="link" onClick={() => send({ type: 'openLink', url })}>
              {benchmark.title} <Icon name="link" />
            </button>
          ) : (
            benchmark.title
          )}
        </span>
        <span class="note">
          {[benchmark.kind, benchmark.language, count(benchmark.items, '{0} prompt', '{0} prompts')]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <div class="benchmark-share">
        <ShareBar share={benchmark.weight} />
        <span>{t('{0} of the neighbourhood', percent(benchmark.weight))}</span>
      </div>
      <div class="benchmark-results">
        <DotStrip others={results.map(([, share]) => share)} pick={pick} best={best} />
        <span class="note">
          {[
            top
              ? pick === null
                ? t('The pick was not run here.')
                : t('The pick: {0}', percent(pick))
              : t('No candidate was run here.'),
            best === null ? '' : t('best on average: {0}', percent(best)),
            top && top[0] !== decision?.model ? t('highest: {0}, {1}', nameOf(sight, top[0]), percent(top[1])) : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      {results.length > 0 ? (
        <details>
          <summary>{count(results.length, '{0} candidate was run here', '{0} candidates were run here')}</summary>
          <ol class="results">
            {results.map(([model, share]) => (
              <li key={model}>
                <span class="name">{nameOf(sight, model)}</span> <span class="number">{percent(share, 1)}</span>
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </li>
  );
}
