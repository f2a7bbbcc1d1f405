import type { JSX } from 'preact';
import { policyOf, toleranceOf } from '../../core/recommendation/policy';
import type { Preference } from '../../core/recommendation/recommendation';
import { points } from '../format';
import { candidateOf, comparisonOf, type Sight } from '../state/sight';
import { send } from '../state/vscodeApi';
import { costWords, pointsWord } from '../state/words';
import { t } from '../strings';

/** From quality to price: re-ranks at every move, nothing is scored again. */
export function Dial({ sight }: { readonly sight: Sight }): JSX.Element {
  const { policy, context } = sight;
  const stops: readonly { preference: Preference; label: string }[] = [
    { preference: 'quality', label: t('Quality') },
    { preference: 'balanced', label: t('Balanced') },
    { preference: 'price', label: t('Price') },
  ];
  const paper = policy.mode === 'paper';
  const tolerance = toleranceOf(policy.dial);
  const explanation = paper
    ? t('Paper mode chooses by score S3 alone; the dial moves only the value pick.')
    : tolerance === 0
      ? t('Highest expected correctness, whatever it costs.')
      : t('Up to {0} of expected correctness may be given up for a lower cost.', pointsWord(tolerance));
  const stop = stops.find(({ preference }) => policyOf(preference, policy.mode).dial === policy.dial);
  const differs =
    policy.mode !== context.settings.mode || (stop !== undefined && stop.preference !== context.settings.preference);
  return (
    <section class="dial" aria-label={t('Quality or price')}>
      <label for="dial-range">{t('Quality or price')}</label>
      <div class="dial-control">
        <input
          id="dial-range"
          type="range"
          min="0"
          max="100"
          step="1"
          value={Math.round(100 * policy.dial)}
          aria-valuetext={stop ? `${stop.label}. ${explanation}` : explanation}
          onInput={(event) => sight.update({ dial: Number(event.currentTarget.value) / 100 })}
        />
        <div class="stops">
          {stops.map(({ preference, label }) => (
            <button
              key={preference}
              type="button"
              class="link"
              aria-pressed={stop?.preference === preference}
              onClick={() => sight.update({ dial: policyOf(preference, policy.mode).dial })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      <p class="note">{explanation}</p>
      <Untaken sight={sight} />
      <div class="method">
        <label for="mode-select">{t('Method')}</label>
        <select
          id="mode-select"
          value={policy.mode}
          onChange={(event) => sight.update({ mode: event.currentTarget.value === 'paper' ? 'paper' : 'guarded' })}
        >
          <option value="guarded">{t('Guarded')}</option>
          <option value="paper">{t('Paper (arXiv 2309.15789)')}</option>
        </select>
        {differs ? (
          <button
            type="button"
            class="link"
            onClick={() => {
              if (stop) send({ type: 'savePreference', preference: stop.preference });
              if (policy.mode !== context.settings.mode) send({ type: 'setMode', mode: policy.mode });
            }}
          >
            {t('Keep as default')}
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** Why the dial changes nothing where it does not: the cheaper model that comes closest, and what speaks against it. */
function Untaken({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { choice, policy } = sight;
  if (!choice || policy.mode === 'paper' || policy.dial === 0) return null;
  const { decision, picks } = choice;
  const pick = candidateOf(sight, decision.model);
  if (!pick || pick.cost.usd === null || decision.model !== picks.quality) return null;
  const cost = pick.cost.usd;
  const tolerance = toleranceOf(policy.dial);
  const cheaper = sight.candidates
    .filter(
      ({ model, cost: { usd }, probability }) =>
        usd !== null &&
        usd < cost &&
        100 * (pick.probability - probability) <= tolerance &&
        !policy.excluded.includes(model) &&
        (policy.pinned.length === 0 || policy.pinned.includes(model)),
    )
    .sort((a, b) => b.probability - a.probability)[0];
  if (!cheaper) return <p class="note">{t('No cheaper model is within that.')}</p>;
  const { difference, interval, costRatio } = comparisonOf(cheaper, pick);
  return (
    <p class="note">
      {t(
        'Closest cheaper model: {0}, {1} points ({2} to {3}), {4}. It is not taken: what it saves does not outweigh what it may lose.',
        cheaper.name,
        points(difference),
        points(interval[0]),
        points(interval[1]),
        costWords(costRatio ?? 1),
      )}
    </p>
  );
}
