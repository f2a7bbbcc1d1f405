import type { JSX } from 'preact';
import { integer, percent } from '../format';
import { useWidth } from './useWidth';

export interface Share {
  readonly key: string;
  readonly name: string;
  readonly rows: number;
  readonly marked: boolean;
}

const line = 26;

/** Horizontal bars of counts, largest first; drawn with its own names so that it can be saved as a picture. */
export function ShareBars({
  shares,
  total,
}: {
  readonly shares: readonly Share[];
  readonly total: number;
}): JSX.Element {
  const [holder, width] = useWidth<HTMLDivElement>(560);
  const names = Math.min(220, Math.round(width * 0.42));
  const figures = 96;
  const room = Math.max(20, width - names - figures);
  const most = Math.max(1, ...shares.map(({ rows }) => rows));
  const letters = Math.max(6, Math.floor(names / 7));
  const height = shares.length * line + 4;
  return (
    <>
      <div class="chart" ref={holder}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          {shares.map(({ key, name, rows, marked }, index) => {
            const y = index * line + 4;
            return (
              <g key={key}>
                <text class={marked ? 'bar-name marked' : 'bar-name'} x={0} y={y + 14}>
                  {name.length > letters ? `${name.slice(0, letters - 1)}…` : name}
                </text>
                <rect class="bar" x={names} y={y} width={Math.max(2, (room * rows) / most)} height={18} rx="2" />
                <text class="bar-figure" x={names + Math.max(2, (room * rows) / most) + 6} y={y + 14}>
                  {percent(rows / total)} · {integer(rows)}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <ul class="hidden">
        {shares.map(({ key, name, rows }) => (
          <li key={key}>
            {name}: {integer(rows)} ({percent(rows / total)})
          </li>
        ))}
      </ul>
    </>
  );
}
