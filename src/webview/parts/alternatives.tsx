import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { CandidateAssessment } from '../../core/recommendation/recommendation';
import { ProbabilityCell } from '../charts/intervalBar';
import { Scatter } from '../charts/scatter';
import { chance, daysBetween, decimal, integer, monthOf, oldPriceDays, tokens, usd, usdRange } from '../format';
import { type Sight, toggled } from '../state/sight';
import type { SortColumn } from '../state/viewState';
import { send } from '../state/vscodeApi';
import { evidenceWords, untakenWords } from '../state/words';
import { count, t } from '../strings';
import { Icon } from './icon';
import { ScrollTable } from './scrollTable';
import { Section } from './section';

/** Rows of the table before the user asks for all. */
const firstRows = 12;

interface Column {
  readonly key: SortColumn;
  readonly title: string;
  readonly hint?: string;
  readonly number: boolean;
  /** What the column sorts by; null goes last in both directions. */
  readonly value: (candidate: CandidateAssessment) => number | string | null;
  /** The direction of a first click. */
  readonly descending: boolean;
}

function columnsOf(sight: Sight): readonly Column[] {
  const scores: readonly Column[] = sight.candidates.some(({ scores: { s1, s2, s3 } }) => (s1 ?? s2 ?? s3) !== null)
    ? (['s1', 's2', 's3'] as const).map((key) => ({
        key,
        title: key.toUpperCase(),
        hint:
          key === 's1'
            ? t("Mean of the nearest prompts' correctness")
            : key === 's2'
              ? t('Share of prompts predicted right')
              : t('S2 corrected by how often such predictions are right'),
        number: true,
        value: ({ scores: all }: CandidateAssessment) => all[key],
        descending: true,
      }))
    : [];
  return [
    { key: 'name', title: t('Model'), number: false, value: ({ name }) => name.toLowerCase(), descending: false },
    {
      key: 'probability',
      title: t('Expected correctness'),
      hint: t('With its 80% interval'),
      number: false,
      value: ({ probability }) => probability,
      descending: true,
    },
    {
      key: 'beatsBest',
      title: t('≥ best on average'),
      hint: t('How likely it is at least as good as the best model on average'),
      number: true,
      value: ({ beatsBest }) => beatsBest,
      descending: true,
    },
    {
      key: 'cost',
      title: t('Cost of 1,000'),
      hint: t('Expected cost of a thousand prompts like this, with its 80% interval'),
      number: true,
      value: ({ cost }) => cost.usd,
      descending: false,
    },
    {
      key: 'price',
      title: t('List price'),
      hint: t('US dollars per million tokens, input / output'),
      number: true,
      value: ({ price }) => (price ? price.output : null),
      descending: false,
    },
    {
      key: 'context',
      title: t('Context'),
      hint: t('Tokens'),
      number: true,
      value: ({ contextTokens }) => contextTokens,
      descending: true,
    },
    { key: 'released', title: t('Released'), number: true, value: ({ released }) => released, descending: true },
    {
      key: 'evidence',
      title: t('Evidence'),
      hint: t('Measured: results on single prompts. Leaderboards: published averages only. By features: neither.'),
      number: false,
      value: ({ evidence }) =>
        (evidence.kind === 'per-item' ? 1e9 : evidence.kind === 'aggregate' ? 5e8 : 0) + evidence.nearby,
      descending: true,
    },
    ...scores,
  ];
}

/** All candidates: what each is expected to do and cost, and what stands behind it. */
export function Alternatives({ sight }: { readonly sight: Sight }): JSX.Element {
  const { view, update, candidates, context } = sight;
  const columns = columnsOf(sight);
  const available = useMemo(() => new Set(context.available ?? []), [context.available]);
  const order = useMemo(() => ranking(sight), [sight.candidates, sight.choice, sight.policy]);
  const shown = useMemo(() => {
    const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const passing = order.filter(
      ({ model, name, provider, openWeights, evidence }) =>
        (!view.openOnly || openWeights) &&
        (!view.availableOnly || available.has(model)) &&
        (!view.perItemOnly || evidence.kind === 'per-item') &&
        words.every((word) => `${model} ${name} ${provider}`.toLowerCase().includes(word)),
    );
    const column = columns.find(({ key }) => key === view.sort?.column);
    return column ? sorted(passing, column, view.sort?.descending ?? column.descending) : passing;
  }, [order, view.filter, view.openOnly, view.availableOnly, view.perItemOnly, view.sort, available]);
  // What the user has set aside or picked out stays in sight, so that it can be taken back where it was set.
  const marked = new Set([...view.pinned, ...view.excluded]);
  const listed = view.showAll ? shown : shown.filter(({ model }, index) => index < firstRows || marked.has(model));
  const filtered = shown.length < candidates.length;

  return (
    <Section id="alternatives" title={t('Alternatives')}>
      <Scatter sight={sight} shown={new Set(shown.map(({ model }) => model))} />
      <div class="filters">
        <input
          type="search"
          aria-label={t('Filter models')}
          placeholder={t('Filter models')}
          value={view.filter}
          onInput={(event) => update({ filter: event.currentTarget.value })}
        />
        <label>
          <input
            type="checkbox"
            checked={view.openOnly}
            onChange={(event) => update({ openOnly: event.currentTarget.checked })}
          />
          {t('open weights')}
        </label>
        {context.available ? (
          <label>
            <input
              type="checkbox"
              checked={view.availableOnly}
              onChange={(event) => update({ availableOnly: event.currentTarget.checked })}
            />
            {t('available in VS Code')}
          </label>
        ) : null}
        <label>
          <input
            type="checkbox"
            checked={view.perItemOnly}
            onChange={(event) => update({ perItemOnly: event.currentTarget.checked })}
          />
          {t('measured')}
        </label>
        <span class="note" aria-live="polite">
          {filtered
            ? t('{0} of {1} models', integer(shown.length), integer(candidates.length))
            : count(candidates.length, '{0} model', '{0} models')}
        </span>
        {view.pinned.length + view.excluded.length > 0 ? (
          <button type="button" class="link" onClick={() => update({ pinned: [], excluded: [] })}>
            {t('Clear pins and exclusions')}
          </button>
        ) : null}
      </div>
      <OldPrices candidates={listed} today={context.today} />
      {shown.length === 0 ? (
        <p class="blank">{t('No model passes the filter.')}</p>
      ) : (
        <ScrollTable label={t('Candidates')} table="candidates">
          <caption class="hidden">{t('Candidates, with expected correctness, cost and evidence')}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Header key={column.key} column={column} sight={sight} />
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.map((candidate) => (
              <Row key={candidate.model} candidate={candidate} sight={sight} available={available} columns={columns} />
            ))}
          </tbody>
        </ScrollTable>
      )}
      {shown.length > firstRows ? (
        <button type="button" class="link more" onClick={() => update({ showAll: !view.showAll })}>
          {view.showAll ? t('Show the first {0}', firstRows) : t('Show all {0}', integer(shown.length))}
        </button>
      ) : null}
    </Section>
  );
}

function Header({ column, sight }: { readonly column: Column; readonly sight: Sight }): JSX.Element {
  const { sort } = sight.view;
  const active = sort?.column === column.key;
  const direction = active ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const next = (): void => {
    if (!active) sight.update({ sort: { column: column.key, descending: column.descending } });
    else if (sort.descending === column.descending)
      sight.update({ sort: { column: column.key, descending: !column.descending } });
    else sight.update({ sort: null });
  };
  return (
    <th scope="col" aria-sort={direction} class={column.number ? 'number' : ''}>
      <button type="button" class="sort" title={column.hint} onClick={next}>
        {column.title}
        {active ? <Icon name={sort.descending ? 'down' : 'up'} /> : null}
      </button>
    </th>
  );
}

interface RowProps {
  readonly candidate: CandidateAssessment;
  readonly sight: Sight;
  readonly available: ReadonlySet<string>;
  readonly columns: readonly Column[];
}

function Row({ candidate, sight, available, columns }: RowProps): JSX.Element {
  const { view, update, choice } = sight;
  const { model, name, cost, evidence, scores } = candidate;
  const chosen = choice?.decision.model === model;
  const pinned = view.pinned.includes(model);
  const excluded = view.excluded.includes(model);
  const tags = [
    chosen ? t('recommended') : '',
    model === choice?.decision.bestOnAverage ? t('best on average') : '',
    pinned ? t('pinned') : '',
    excluded ? t('excluded') : '',
    candidate.buyable ? '' : t('retired'),
    available.has(model) ? t('in VS Code') : '',
  ].filter(Boolean);
  const untaken = untakenWords(sight, candidate);
  const value = (score: number | null): string => (score === null ? '–' : decimal(score, 2));
  return (
    <tr class={[chosen ? 'chosen' : '', excluded ? 'excluded' : ''].filter(Boolean).join(' ')}>
      <th scope="row">
        <div class="model">
          <div>
            <span class="name" title={`${name} (${model})`}>
              {name}
            </span>
            <span class="note">
              {[candidate.provider, candidate.openWeights ? t('open weights') : ''].filter(Boolean).join(' · ')}
            </span>
            {untaken === '' ? null : <span class="note untaken">{untaken}</span>}
            {tags.length > 0 ? (
              <span class="tags">
                {tags.map((tag) => (
                  <span key={tag} class="tag">
                    {tag}
                  </span>
                ))}
              </span>
            ) : null}
          </div>
          <div class="row-actions">
            <button
              type="button"
              class="tool"
              aria-pressed={pinned}
              aria-label={t('Pin {0}', name)}
              title={t('Pin: choose among pinned models only')}
              onClick={(event) => {
                update({
                  pinned: toggled(view.pinned, model),
                  excluded: view.excluded.filter((other) => other !== model),
                });
                keepFocus(event.currentTarget);
              }}
            >
              <Icon name="pin" />
            </button>
            <button
              type="button"
              class="tool"
              aria-pressed={excluded}
              aria-label={t('Exclude {0}', name)}
              title={t('Exclude: never choose this model')}
              onClick={(event) => {
                update({
                  excluded: toggled(view.excluded, model),
                  pinned: view.pinned.filter((other) => other !== model),
                });
                keepFocus(event.currentTarget);
              }}
            >
              <Icon name="exclude" />
            </button>
            <button
              type="button"
              class="tool"
              aria-label={t('Compare {0} with the recommended model', name)}
              title={t('Compare with the recommended model')}
              onClick={() => {
                update({ compare: { left: choice?.decision.model ?? null, right: model } });
                document.getElementById('compare')?.scrollIntoView();
              }}
            >
              <Icon name="compare" />
            </button>
          </div>
        </div>
      </th>
      <td>
        <ProbabilityCell low={candidate.interval[0]} value={candidate.probability} high={candidate.interval[1]} />
      </td>
      <td class="number">{model === choice?.decision.bestOnAverage ? '=' : chance(candidate.beatsBest)}</td>
      <td class="number">
        {cost.usd === null ? '–' : usd(1000 * cost.usd)}
        {cost.usdInterval ? (
          <span class="note">{usdRange([1000 * cost.usdInterval[0], 1000 * cost.usdInterval[1]])}</span>
        ) : null}
      </td>
      <td class="number">
        <PriceCell candidate={candidate} today={sight.context.today} />
      </td>
      <td class="number">{candidate.contextTokens === null ? '–' : tokens(candidate.contextTokens)}</td>
      <td class="number">{candidate.released === null ? '–' : monthOf(candidate.released)}</td>
      <td>
        {evidenceWords(candidate)}
        {evidence.kind === 'per-item' ? (
          <span class="note">{t('{0} results, {1} near', integer(evidence.items), integer(evidence.nearby))}</span>
        ) : null}
      </td>
      {columns.some(({ key }) => key === 's1') ? (
        <>
          <td class="number">{value(scores.s1)}</td>
          <td class="number">{value(scores.s2)}</td>
          <td class="number">{value(scores.s3)}</td>
        </>
      ) : null}
    </tr>
  );
}

/** A row that moves in the table takes the focus along: browsers drop it. */
function keepFocus(button: HTMLButtonElement): void {
  requestAnimationFrame(() => button.focus());
}

/** Where listed prices are old: how old, and the way to newer ones. */
function OldPrices({
  candidates,
  today,
}: {
  readonly candidates: readonly CandidateAssessment[];
  readonly today: string;
}): JSX.Element | null {
  const ages = candidates.flatMap(({ price }) => (price ? [daysBetween(price.asOf, today)] : []));
  const oldest = Math.max(0, ...ages.filter((age) => age > oldPriceDays));
  if (oldest === 0) return null;
  return (
    <p class="note old-prices">
      <span class="amber">
        <Icon name="warning" /> {t('Prices are up to {0} days old.', integer(oldest))}
      </span>{' '}
      <button type="button" class="link" onClick={() => send({ type: 'updateCatalog' })}>
        {t('Update Catalog from File…')}
      </button>
    </p>
  );
}

/** List price with its date: in amber and in words where the list is old. */
export function PriceCell({ candidate, today }: { candidate: CandidateAssessment; today: string }): JSX.Element {
  const { price } = candidate;
  if (!price) return <>–</>;
  const age = daysBetween(price.asOf, today);
  return (
    <>
      {usd(price.input)} / {usd(price.output)}
      {age > oldPriceDays ? (
        <span class="note amber">
          <Icon name="warning" /> {t('{0}, {1} days old', price.asOf, integer(age))}
        </span>
      ) : (
        <span class="note">{price.asOf}</span>
      )}
    </>
  );
}

/** The recommended model first, then by expected correctness; excluded models and those not pinned last. */
function ranking(sight: Sight): CandidateAssessment[] {
  const { pinned, excluded } = sight.policy;
  const rank = ({ model }: CandidateAssessment): number =>
    model === sight.choice?.decision.model
      ? 0
      : excluded.includes(model)
        ? 3
        : pinned.length > 0 && !pinned.includes(model)
          ? 2
          : 1;
  return [...sight.candidates].sort((a, b) => rank(a) - rank(b) || b.probability - a.probability);
}

function sorted(
  candidates: readonly CandidateAssessment[],
  column: Column,
  descending: boolean,
): CandidateAssessment[] {
  return [...candidates].sort((a, b) => {
    const left = column.value(a);
    const right = column.value(b);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const ascending = left < right ? -1 : left > right ? 1 : 0;
    return descending ? -ascending : ascending;
  });
}
