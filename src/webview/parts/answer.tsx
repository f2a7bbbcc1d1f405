import type { JSX } from 'preact';
import { toleranceOf } from '../../core/recommendation/policy';
import type { CandidateAssessment } from '../../core/recommendation/recommendation';
import { IntervalBar } from '../charts/intervalBar';
import { chance, integer, percent, percentRange, usd, usdRange } from '../format';
import { candidateOf, comparisonOf, nameOf, type Sight } from '../state/sight';
import { send } from '../state/vscodeApi';
import { basisMeaning, basisWords, costWords, pointsWord } from '../state/words';
import { count, said, t } from '../strings';
import { Icon, type IconName } from './icon';

/** The answer: which model, how sure, against what, at what cost, and why. */
export function Answer({ sight }: { readonly sight: Sight }): JSX.Element {
  const { choice, recommendation } = sight;
  const pick = choice ? candidateOf(sight, choice.decision.model) : null;
  return (
    <section class="answer" aria-labelledby="answer-title">
      <p class="eyebrow">
        {recommendation.prompts === 1
          ? t('Recommended for {0}', recommendation.file)
          : count(
              recommendation.prompts,
              'Recommended for {1} · {0} prompt',
              'Recommended for {1} · {0} prompts',
              recommendation.file,
            )}
      </p>
      {choice && pick ? <Pick sight={sight} pick={pick} /> : <NoCandidate sight={sight} />}
    </section>
  );
}

function Pick({ sight, pick }: { readonly sight: Sight; readonly pick: CandidateAssessment }): JSX.Element | null {
  if (!sight.choice) return null;
  const { decision } = sight.choice;
  const pinned = sight.policy.pinned.length > 0;
  const icon: IconName = decision.fallback ? 'warning' : 'check';
  return (
    <>
      <h1 id="answer-title">{pick.name}</h1>
      <p class="provider">
        {[pick.provider, pick.openWeights ? t('open weights') : t('closed weights')].filter(Boolean).join(' · ')} ·{' '}
        <code>{pick.model}</code>
      </p>
      <p class={decision.fallback ? 'badge fallback' : 'badge'} title={basisMeaning(decision)}>
        <Icon name={icon} /> {basisWords(decision)}
        {pinned ? ` · ${count(sight.policy.pinned.length, 'among {0} pinned model', 'among {0} pinned models')}` : ''}
      </p>
      <p class="why">{said(decision.reason)}</p>
      <p class="meaning">{basisMeaning(decision)}</p>
      <Facts sight={sight} pick={pick} />
      <Declared sight={sight} pick={pick} />
      <div class="actions">
        <button type="button" onClick={() => send({ type: 'copyModel', model: pick.model })}>
          <Icon name="copy" /> {t('Copy model id')}
        </button>
        {sight.context.capabilities.setFrontMatter ? (
          <button type="button" class="secondary" onClick={() => send({ type: 'setFrontMatter', model: pick.model })}>
            <Icon name="edit" /> {t('Set in front matter')}
          </button>
        ) : null}
        {sight.context.capabilities.openChat ? (
          <button type="button" class="secondary" onClick={() => send({ type: 'openChat', model: pick.model })}>
            <Icon name="chat" /> {t('Open chat with it')}
          </button>
        ) : null}
        <button type="button" class="secondary" onClick={() => send({ type: 'copySnippet', model: pick.model })}>
          <Icon name="copy" /> {t('Copy API snippet')}
        </button>
      </div>
    </>
  );
}

function Facts({ sight, pick }: { readonly sight: Sight; readonly pick: CandidateAssessment }): JSX.Element | null {
  if (!sight.choice) return null;
  const { decision } = sight.choice;
  const best = candidateOf(sight, decision.bestOnAverage);
  const { cost } = pick;
  return (
    <dl class="facts">
      <div>
        <dt>{t('Expected correctness')}</dt>
        <dd>
          <span class="figure">{percent(pick.probability)}</span>
          <IntervalBar
            low={pick.interval[0]}
            value={pick.probability}
            high={pick.interval[1]}
            {...(best && best.model !== pick.model ? { reference: best.probability } : {})}
          />
          <span class="note">{t('{0} with 80% certainty', percentRange(pick.interval))}</span>
        </dd>
      </div>
      <div>
        <dt>{t('Against the best model on average')}</dt>
        <dd>
          {!best || best.model === pick.model ? (
            <>
              <span class="figure">{t('The same')}</span>
              <span class="note">{t('It is the best model on average among these candidates.')}</span>
            </>
          ) : (
            <>
              <span class="figure">{chance(decision.beatsBest)}</span>
              <span class="note">
                {t('likely to do at least as well as {0} ({1})', best.name, percent(best.probability))}
              </span>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('Expected cost')}</dt>
        <dd>
          {cost.usd === null ? (
            <>
              <span class="figure">–</span>
              <span class="note">{t('No price is known for this model.')}</span>
            </>
          ) : (
            <>
              <span class="figure">{usd(cost.usd)}</span>
              <span class="note">
                {t('a prompt')}
                {cost.usdInterval ? ` (${usdRange(cost.usdInterval)})` : ''}
              </span>
              <span class="note">{t('{0} a thousand prompts', usd(1000 * cost.usd))}</span>
              {sight.recommendation.prompts > 1 ? (
                <span class="note">{costOfAll(sight.recommendation, cost.usd)}</span>
              ) : null}
              {cost.agentic ? (
                <span class="note amber">
                  <Icon name="warning" /> {t('An agent loop decides the bill: the number of turns is unknown.')}
                </span>
              ) : null}
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** What the file itself names, compared with the pick. */
function Declared({ sight, pick }: { readonly sight: Sight; readonly pick: CandidateAssessment }): JSX.Element | null {
  const { declaredModel } = sight.recommendation;
  if (!declaredModel) return null;
  const known = sight.candidates.find(({ model, name }) =>
    [model, name].some((one) => one.toLowerCase() === declaredModel.toLowerCase()),
  );
  if (!known)
    return <p class="declared">{t('The file itself names {0}, which is not among the candidates.', declaredModel)}</p>;
  if (known.model === pick.model) return <p class="declared">{t('The file itself names this model.')}</p>;
  const { leftBetter, costRatio } = comparisonOf(pick, known);
  return (
    <p class="declared">
      {costRatio === null
        ? t(
            'The file itself names {0}: this pick is {1} likely to do at least as well.',
            known.name,
            chance(leftBetter),
          )
        : t(
            'The file itself names {0}: this pick is {1} likely to do at least as well, at {2}.',
            known.name,
            chance(leftBetter),
            costWords(costRatio),
          )}
    </p>
  );
}

function NoCandidate({ sight }: { readonly sight: Sight }): JSX.Element {
  const restricted = sight.policy.pinned.length + sight.policy.excluded.length > 0 && sight.candidates.length > 0;
  return (
    <div class="blank">
      <h1 id="answer-title">{t('No candidate is left')}</h1>
      <p>
        {restricted
          ? t('Pins and exclusions leave no model to choose from.')
          : t('No model matches the setting of candidates.')}
      </p>
      <div class="actions">
        {restricted ? (
          <button type="button" onClick={() => sight.update({ pinned: [], excluded: [] })}>
            {t('Clear pins and exclusions')}
          </button>
        ) : null}
        <button type="button" class={restricted ? 'secondary' : ''} onClick={() => send({ type: 'chooseCandidates' })}>
          {t('Choose candidates…')}
        </button>
      </div>
    </div>
  );
}

/** The three picks beside each other; the recommended one is marked in words. */
export function ThreePicks({ sight }: { readonly sight: Sight }): JSX.Element | null {
  if (!sight.choice) return null;
  const { picks, decision } = sight.choice;
  const cards = [
    { title: t('Quality'), hint: t('Highest expected correctness, guarded'), model: picks.quality },
    {
      title: t('Value'),
      hint: t(
        'Cheapest that is worth its loss, at most {0}',
        pointsWord(toleranceOf(Math.max(0.5, sight.policy.dial))),
      ),
      model: picks.value,
    },
    { title: t('Open weights'), hint: t('Best model that you can run yourself'), model: picks.open },
  ];
  return (
    <section class="picks" aria-label={t('The three picks')}>
      {cards.map(({ title, hint, model }) => {
        const pick = model === null ? null : candidateOf(sight, model);
        const chosen = model === decision.model;
        return (
          <article key={title} class={chosen ? 'pick chosen' : 'pick'}>
            <h2>
              {title}
              {chosen ? (
                <span class="tag">
                  <Icon name="check" /> {t('recommended')}
                </span>
              ) : null}
            </h2>
            {pick ? (
              <>
                <p class="name" title={pick.model}>
                  {pick.name}
                </p>
                <p class="numbers">
                  <span>{percent(pick.probability)}</span>
                  <IntervalBar low={pick.interval[0]} value={pick.probability} high={pick.interval[1]} />
                </p>
                <p class="note">
                  {pick.cost.usd === null ? t('no price') : t('{0} a thousand prompts', usd(1000 * pick.cost.usd))}
                </p>
                <p class="note">{hint}</p>
                {chosen ? null : (
                  <button
                    type="button"
                    class="link"
                    aria-label={t('Compare {0} with {1}', pick.name, nameOf(sight, decision.model))}
                    onClick={() => {
                      sight.update({ compare: { left: decision.model, right: pick.model } });
                      document.getElementById('compare')?.scrollIntoView();
                    }}
                  >
                    {t('Compare')}
                  </button>
                )}
              </>
            ) : (
              <p class="note">{t('No candidate has open weights.')}</p>
            )}
          </article>
        );
      })}
    </section>
  );
}

/** What the whole dataset costs: of a sample, what the rows that it stands for cost. */
function costOfAll({ prompts, read }: Sight['recommendation'], usdPerPrompt: number): string {
  const ofRows = read.sample?.ofRows ?? null;
  return ofRows === null
    ? t('{0} for all {1}', usd(prompts * usdPerPrompt), integer(prompts))
    : t('{0} for all of about {1} rows', usd(ofRows * usdPerPrompt), integer(ofRows));
}
