import type { JSX } from 'preact';
import { percent, percentRange } from '../format';

interface Props {
  readonly low: number;
  readonly value: number;
  readonly high: number;
  /** A second value to compare with, drawn as a hollow mark. */
  readonly reference?: number;
}

const place = (share: number): string => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;

/** A value in 0..1 with its interval on a scale from 0 to 100 %. Decoration: the numbers stand beside it as text. */
export function IntervalBar({ low, value, high, reference }: Props): JSX.Element {
  return (
    <svg class="interval-bar" aria-hidden="true" focusable="false">
      <line class="track" x1="0" x2="100%" y1="50%" y2="50%" />
      <rect class="range" x={place(low)} width={place(high - low)} y="25%" height="50%" rx="2" />
      {reference === undefined ? null : (
        <line class="reference" x1={place(reference)} x2={place(reference)} y1="0" y2="100%" />
      )}
      <circle class="value" cx={place(value)} cy="50%" r="4" />
    </svg>
  );
}

/** A share in 0..1 as a filled bar. Decoration, as above. */
export function ShareBar({ share }: { readonly share: number }): JSX.Element {
  return (
    <svg class="share-bar" aria-hidden="true" focusable="false">
      <rect class="track" width="100%" height="100%" rx="2" />
      <rect class="filled" width={place(share)} height="100%" rx="2" />
    </svg>
  );
}

/** A probability in a cell of a table: the number, its bar, and its interval in numbers. */
export function ProbabilityCell({ digits = 0, ...bar }: Props & { readonly digits?: number }): JSX.Element {
  return (
    <div class="probability">
      <span>{percent(bar.value, digits)}</span>
      <IntervalBar {...bar} />
      <span class="range-note">{percentRange([bar.low, bar.high])}</span>
    </div>
  );
}
