import type { JSX } from 'preact';
import type { DistanceWord } from '../../core/recommendation/recommendation';

interface Props {
  readonly distance: number;
  readonly word: DistanceWord;
  readonly thresholds: { readonly near: number; readonly far: number } | null;
  readonly labels: readonly [string, string, string];
}

/**
 * Three zones of equal width with a marker; within its zone the marker stands in proportion to the thresholds. Decoration:
 * the distance is told in words beside it.
 */
export function DistanceScale({ distance, word, thresholds, labels }: Props): JSX.Element {
  const marker = `${(100 * position(distance, word, thresholds)).toFixed(1)}%`;
  return (
    <div class="distance-scale" aria-hidden="true">
      <svg aria-hidden="true" focusable="false">
        <rect class="zone in" x="0" width="33.33%" y="8" height="8" />
        <rect class="zone near" x="33.33%" width="33.33%" y="8" height="8" />
        <rect class="zone far" x="66.66%" width="33.34%" y="8" height="8" />
        <line class="edge" x1="33.33%" x2="33.33%" y1="4" y2="20" />
        <line class="edge" x1="66.66%" x2="66.66%" y1="4" y2="20" />
        <circle class="marker" cx={marker} cy="12" r="6" />
      </svg>
      <div class="zones">
        {labels.map((label) => (
          <span key={label}>{label}</span>
        ))}
      </div>
    </div>
  );
}

function position(distance: number, word: DistanceWord, thresholds: Props['thresholds']): number {
  const zone = word === 'in' ? 0 : word === 'near' ? 1 : 2;
  if (!thresholds) return (zone + 0.5) / 3;
  const edges = [0, thresholds.near, thresholds.far, Math.max(1, thresholds.far + 0.01)];
  const from = edges[zone] ?? 0;
  const to = edges[zone + 1] ?? 1;
  const within = to > from ? (distance - from) / (to - from) : 0.5;
  return (zone + Math.min(0.95, Math.max(0.05, within))) / 3;
}
