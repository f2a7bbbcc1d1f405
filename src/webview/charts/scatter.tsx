import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { frontier } from '../../core/recommendation/choose';
import type { CandidateAssessment } from '../../core/recommendation/recommendation';
import { percent, usd } from '../format';
import type { Sight } from '../state/sight';
import { count, t } from '../strings';
import { ChartFrame } from './chartFrame';
import { linear, logTicks, ticks } from './scale';
import { useWidth } from './useWidth';

interface Point {
  readonly candidate: CandidateAssessment;
  readonly x: number;
  readonly y: number;
  readonly cost: number;
}

const margin = { left: 44, right: 12, top: 14, bottom: 34 };

/**
 * Expected correctness against expected cost (logarithmic), with the frontier that no cheaper candidate reaches. Points
 * are reached with the arrow keys in the order of their cost; Enter compares with the recommended model.
 */
export function Scatter({ sight, shown }: { readonly sight: Sight; readonly shown: ReadonlySet<string> }): JSX.Element {
  const [holder, width] = useWidth<HTMLDivElement>(560);
  const [current, setCurrent] = useState<string | null>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const height = Math.max(220, Math.min(340, Math.round(width * 0.5)));
  const priced = sight.candidates.filter(({ model, cost }) => shown.has(model) && cost.usd !== null && cost.usd > 0);
  const unpriced = sight.candidates.filter(({ model, cost }) => shown.has(model) && !cost.usd).length;
  const layout = useMemo(() => arrange(priced, width, height), [priced, width, height]);
  const crowded = priced.length > 80;
  const edge = useMemo(() => frontier(priced), [priced]);
  if (priced.length === 0)
    return <p class="note">{t('No shown candidate has a known price, so there is nothing to draw.')}</p>;

  const { decision, picks } = sight.choice ?? { decision: null, picks: null };
  const named = labelled(
    layout.points,
    [decision?.model, picks?.quality, picks?.value, picks?.open, decision?.bestOnAverage, ...edge],
    width,
  );
  const line = stepLine(
    layout.points.filter(({ candidate }) => edge.includes(candidate.model)),
    width - margin.right,
  );
  const focusPoint = current ?? decision?.model ?? priced[0]?.model ?? null;
  const focused = layout.points.find(({ candidate }) => candidate.model === current);
  const move = (step: number): void => {
    const at = layout.points.findIndex(({ candidate }) => candidate.model === focusPoint);
    const next = layout.points[Math.min(layout.points.length - 1, Math.max(0, at + step))];
    if (!next) return;
    setCurrent(next.candidate.model);
    buttons.current?.querySelector<HTMLButtonElement>(`[data-model="${CSS.escape(next.candidate.model)}"]`)?.focus();
  };
  const compare = (model: string): void => {
    sight.update({ compare: { left: decision?.model ?? null, right: model } });
    document.getElementById('compare')?.scrollIntoView();
  };

  return (
    <ChartFrame
      name="cost-quality"
      title={t('Cost and quality')}
      caption={
        focused
          ? describe(focused)
          : t('Left is cheaper, up is better. The line joins the models that no cheaper one equals.')
      }
    >
      <div class="chart" ref={holder}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          <g class="grid">
            {layout.yTicks.map((value) => (
              <g key={value}>
                <line x1={margin.left} x2={width - margin.right} y1={layout.y(value)} y2={layout.y(value)} />
                <text x={margin.left - 6} y={layout.y(value) + 4} text-anchor="end">
                  {percent(value)}
                </text>
              </g>
            ))}
            {layout.xTicks.map((value) => (
              <g key={value}>
                <line
                  x1={layout.x(value)}
                  x2={layout.x(value)}
                  y1={height - margin.bottom}
                  y2={height - margin.bottom + 4}
                />
                <text x={layout.x(value)} y={height - margin.bottom + 17} text-anchor="middle">
                  {usd(value)}
                </text>
              </g>
            ))}
            <text x={width - margin.right} y={height - 3} text-anchor="end" class="axis">
              {t('expected cost of a thousand prompts →')}
            </text>
          </g>
          <path class="frontier" d={line} />
          {layout.points.map(({ candidate, x, y }) => {
            const chosen = candidate.model === decision?.model;
            const onFrontier = edge.includes(candidate.model);
            return chosen ? (
              <path
                key={candidate.model}
                class={pointClass(candidate, candidate.model === current)}
                d={`M${x} ${y - 8} ${x + 8} ${y} ${x} ${y + 8} ${x - 8} ${y}Z`}
              />
            ) : (
              <circle
                key={candidate.model}
                class={`${pointClass(candidate, candidate.model === current)}${crowded && !onFrontier ? ' faint' : ''}`}
                cx={x}
                cy={y}
                r={onFrontier ? 5 : 3.5}
              />
            );
          })}
          <g class="names">
            {named.map(({ candidate, x, y, anchor }) => (
              <text key={candidate.model} x={x} y={y} text-anchor={anchor}>
                {shortened(candidate.name)}
              </text>
            ))}
          </g>
        </svg>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring form semantics that are not meant */}
        <div
          ref={buttons}
          class="points"
          role="group"
          aria-label={t('Cost and quality of {0} models; arrow keys move between them', priced.length)}
        >
          {layout.points.map(({ candidate, x, y, cost }) => (
            <button
              key={candidate.model}
              type="button"
              data-model={candidate.model}
              tabIndex={candidate.model === focusPoint ? 0 : -1}
              aria-label={describe({ candidate, cost })}
              style={{ left: `${x - 10}px`, top: `${y - 10}px` }}
              onFocus={() => setCurrent(candidate.model)}
              onBlur={() => setCurrent(null)}
              onMouseEnter={() => setCurrent(candidate.model)}
              onMouseLeave={() => setCurrent(null)}
              onClick={() => compare(candidate.model)}
              onKeyDown={(event) => {
                if (event.key === 'ArrowRight' || event.key === 'ArrowUp') move(1);
                else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') move(-1);
                else return;
                event.preventDefault();
              }}
            />
          ))}
        </div>
      </div>
      <p class="legend note">
        <span>◆ {t('recommended')}</span> <span>● {t('closed weights')}</span> <span>○ {t('open weights')}</span>{' '}
        {unpriced > 0 ? (
          <span>
            {count(unpriced, '{0} model without a price is not drawn', '{0} models without a price are not drawn')}
          </span>
        ) : null}
      </p>
    </ChartFrame>
  );
}

function describe({ candidate, cost }: Pick<Point, 'candidate' | 'cost'>): string {
  return t(
    '{0}: {1} expected correctness, {2} a thousand prompts',
    candidate.name,
    percent(candidate.probability),
    usd(cost),
  );
}

function pointClass(candidate: CandidateAssessment, current: boolean): string {
  return `point ${candidate.openWeights ? 'open' : 'closed'}${current ? ' current' : ''}`;
}

function shortened(name: string): string {
  return name.length > 26 ? `${name.slice(0, 25)}…` : name;
}

function arrange(
  priced: readonly CandidateAssessment[],
  width: number,
  height: number,
): {
  points: Point[];
  x: (cost: number) => number;
  y: (probability: number) => number;
  xTicks: number[];
  yTicks: number[];
} {
  const costs = priced.map(({ cost }) => 1000 * (cost.usd ?? 0));
  const qualities = priced.map(({ probability }) => probability);
  const low = Math.min(...costs) / 1.4;
  const high = Math.max(...costs) * 1.4;
  const bottom = Math.max(0, Math.min(...qualities) - 0.03);
  const top = Math.min(1, Math.max(...qualities) + 0.03);
  const logX = linear(Math.log(low), Math.log(high), margin.left + 6, width - margin.right - 6);
  const x = (cost: number): number => logX(Math.log(cost));
  const y = linear(bottom, top, height - margin.bottom - 6, margin.top);
  const points = priced
    .map((candidate) => {
      const cost = 1000 * (candidate.cost.usd ?? 0);
      return { candidate, cost, x: x(cost), y: y(candidate.probability) };
    })
    .sort((a, b) => a.cost - b.cost || a.candidate.probability - b.candidate.probability);
  const every = Math.max(1, Math.ceil(logTicks(low, high).length / Math.max(2, Math.floor(width / 80))));
  return {
    points,
    x,
    y,
    xTicks: logTicks(low, high).filter((_, index) => index % every === 0),
    yTicks: ticks(bottom, top, 5),
  };
}

function stepLine(points: readonly Point[], right: number): string {
  const path = points.map(({ x, y }, index) => (index === 0 ? `M${x} ${y}` : `H${x}V${y}`));
  return path.length > 0 ? `${path.join('')}H${right}` : '';
}

/** Places names beside the most wanted points, and leaves out those that would overlap. */
function labelled(
  points: readonly Point[],
  wanted: readonly (string | null | undefined)[],
  width: number,
): { candidate: CandidateAssessment; x: number; y: number; anchor: 'start' | 'end' }[] {
  const taken: { left: number; right: number; top: number; bottom: number }[] = points
    .filter(({ candidate }) => wanted.includes(candidate.model))
    .map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const placed: { candidate: CandidateAssessment; x: number; y: number; anchor: 'start' | 'end' }[] = [];
  for (const model of new Set(wanted)) {
    const point = points.find(({ candidate }) => candidate.model === model);
    if (!point) continue;
    const length = shortened(point.candidate.name).length * 6.4;
    for (const [dx, dy, anchor] of [
      [8, -9, 'start'],
      [-8, -9, 'end'],
      [-11, 4, 'end'],
      [8, 17, 'start'],
      [-8, 17, 'end'],
    ] as const) {
      const x = point.x + dx;
      const box = {
        left: anchor === 'start' ? x : x - length,
        right: anchor === 'start' ? x + length : x,
        top: point.y + dy - 11,
        bottom: point.y + dy + 3,
      };
      if (box.left < margin.left || box.right > width || box.top < 0) continue;
      if (
        taken.some(
          (other) =>
            box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
        )
      )
        continue;
      taken.push(box);
      placed.push({ candidate: point.candidate, x, y: point.y + dy, anchor });
      break;
    }
  }
  return placed;
}
