import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DatasetBlock, PerRowRoute } from '../../core/recommendation/recommendation';
import { decimal, integer, percent, usd } from '../format';
import { routeOf, type Sight } from '../state/sight';
import { t } from '../strings';
import { Icon } from './icon';
import { LineLink } from './lineLink';
import { Section } from './section';

/** Height of a row in CSS pixels; the style sheet keeps to it. */
const rowHeight = 28;
/** Rows drawn above and below what is visible. */
const overscan = 8;

/** Single rows: those that would go elsewhere than the one model, those far from all evidence, or all. */
export function Rows({ sight }: { readonly sight: Sight }): JSX.Element | null {
  const { dataset, prompts } = sight.recommendation;
  const route = routeOf(sight);
  const { view, update } = sight;
  const overall = sight.recommendation.candidates.findIndex(({ model }) => model === sight.choice?.decision.model);
  const sets = useMemo(
    () => (dataset && route ? rowSets(dataset, route, overall) : { differ: [], far: [], all: [] }),
    [dataset, route, overall],
  );
  const listed = useMemo(() => {
    const words = view.rows.filter.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0 || !dataset) return sets[view.rows.show];
    return sets[view.rows.show].filter((index) => {
      const group = dataset.slices?.groups[dataset.rows.groups?.[index] ?? -1]?.value ?? '';
      const text = `${dataset.rows.ids[index]} ${dataset.rows.excerpts[index]} ${group}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [sets, view.rows, dataset]);
  if (!dataset || !route) return null;
  const choices = [
    { show: 'differ', label: t('Another pick'), rows: sets.differ.length },
    { show: 'far', label: t('Far from evidence'), rows: sets.far.length },
    { show: 'all', label: t('All'), rows: sets.all.length },
  ] as const;
  const complete = dataset.rows.ids.length >= prompts;
  return (
    <Section id="rows" title={t('Rows')}>
      <div class="filters">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring form semantics that are not meant */}
        <div class="segments" role="group" aria-label={t('Which rows')}>
          {choices.map(({ show, label, rows }) => (
            <button
              key={show}
              type="button"
              aria-pressed={view.rows.show === show}
              onClick={() => update({ rows: { ...view.rows, show } })}
            >
              {label} <span class="count">{integer(rows)}</span>
            </button>
          ))}
        </div>
        <input
          type="search"
          aria-label={t('Filter rows')}
          placeholder={t('Filter rows')}
          value={view.rows.filter}
          onInput={(event) => update({ rows: { ...view.rows, filter: event.currentTarget.value } })}
        />
        <span class="note" aria-live="polite">
          {complete
            ? t('{0} rows shown', integer(listed.length))
            : t(
                '{0} rows shown; {1} of {2} scored rows are listed',
                integer(listed.length),
                integer(dataset.rows.ids.length),
                integer(prompts),
              )}
        </span>
      </div>
      {view.rows.show === 'far' ? (
        <p class="note">
          {t(
            '{0} of {1} rows are far from all evidence: for them the recommendation rests on averages.',
            integer(dataset.farRows),
            integer(prompts),
          )}
        </p>
      ) : null}
      {listed.length === 0 ? (
        <p class="blank">{view.rows.filter ? t('No row passes the filter.') : t('There are no such rows.')}</p>
      ) : (
        <RowTable sight={sight} dataset={dataset} route={route} listed={listed} />
      )}
    </Section>
  );
}

function rowSets(
  dataset: DatasetBlock,
  route: PerRowRoute,
  overall: number,
): { differ: number[]; far: number[]; all: number[] } {
  const all = dataset.rows.ids.map((_, index) => index);
  return {
    all,
    differ: all.filter((index) => route.picks[index] !== overall),
    far: all
      .filter((index) => (dataset.rows.distances[index] ?? 0) > dataset.farAbove)
      .sort((a, b) => (dataset.rows.distances[b] ?? 0) - (dataset.rows.distances[a] ?? 0)),
  };
}

interface TableProps {
  readonly sight: Sight;
  readonly dataset: DatasetBlock;
  readonly route: PerRowRoute;
  readonly listed: readonly number[];
}

/** A table of any length: only what is visible is in the page, and the row numbers are told to screen readers. */
function RowTable({ sight, dataset, route, listed }: TableProps): JSX.Element {
  const scroller = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    setTop(0);
  }, [listed]);
  const from = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const to = Math.min(listed.length, Math.ceil((top + height) / rowHeight) + overscan);
  const { rows, slices } = dataset;
  const open = sight.context.capabilities.openSource;
  const columns = slices && rows.groups ? 7 : 6;
  return (
    <section
      class="table-scroll rows-scroll"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t('Rows')}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table class="plain rows" aria-rowcount={listed.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="number">
              {t('Line')}
            </th>
            <th scope="col">{t('Prompt')}</th>
            {slices && rows.groups ? (
              <th scope="col" class="group">
                {slices.column}
              </th>
            ) : null}
            <th scope="col" class="own-pick">
              {t('Its own pick')}
            </th>
            <th scope="col" class="number">
              {t('Expected')}
            </th>
            <th scope="col" class="number">
              {t('Cost')}
            </th>
            <th scope="col" class="number">
              {t('Distance')}
            </th>
          </tr>
        </thead>
        <tbody>
          {from > 0 ? (
            <tr class="spacer">
              <td colSpan={columns} style={{ height: `${from * rowHeight}px` }} />
            </tr>
          ) : null}
          {listed.slice(from, to).map((index, offset) => {
            const line = rows.lines[index] ?? 1;
            const distance = rows.distances[index] ?? 0;
            const cost = route.costs[index] ?? null;
            const pick = sight.recommendation.candidates[route.picks[index] ?? -1];
            return (
              <tr key={index} aria-rowindex={from + offset + 2}>
                <td class="number">
                  <LineLink line={line} open={open} />
                </td>
                <td class="clip" title={rows.excerpts[index]}>
                  {rows.excerpts[index]}
                </td>
                {slices && rows.groups ? (
                  <td class="clip">{slices.groups[rows.groups[index] ?? -1]?.value ?? '–'}</td>
                ) : null}
                <td class="clip" title={pick?.model}>
                  {pick?.name ?? '–'}
                </td>
                <td class="number">{percent(route.probabilities[index] ?? 0)}</td>
                <td class="number">{cost === null ? '–' : usd(cost)}</td>
                <td class="number">
                  {distance > dataset.farAbove ? (
                    <>
                      <Icon name="far" /> {t('far')}{' '}
                    </>
                  ) : null}
                  {decimal(distance, 2)}
                </td>
              </tr>
            );
          })}
          {to < listed.length ? (
            <tr class="spacer">
              <td colSpan={columns} style={{ height: `${(listed.length - to) * rowHeight}px` }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}
