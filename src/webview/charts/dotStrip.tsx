import type { JSX } from 'preact';

interface Props {
  /** Results of other models, 0..1. */
  readonly others: readonly number[];
  /** Result of the recommended model, where it was run. */
  readonly pick: number | null;
  /** Result of the best model on average, where it was run. */
  readonly best: number | null;
}

const place = (share: number): string => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;

/** Results on one benchmark on a scale from 0 to 100 %: ticks for all, a disc for the pick, a ring for the best on average. */
export function DotStrip({ others, pick, best }: Props): JSX.Element {
  return (
    <svg class="dot-strip" aria-hidden="true" focusable="false">
      <line class="track" x1="0" x2="100%" y1="50%" y2="50%" />
      {others.map((share, index) => (
        <line key={index} class="other" x1={place(share)} x2={place(share)} y1="25%" y2="75%" />
      ))}
      {best === null ? null : <circle class="best" cx={place(best)} cy="50%" r="4.5" />}
      {pick === null ? null : <circle class="value" cx={place(pick)} cy="50%" r="4" />}
    </svg>
  );
}
