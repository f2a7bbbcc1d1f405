import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { exportPng, exportSvg } from '../exports/picture';
import { Icon } from '../parts/icon';
import { t } from '../strings';

interface Props {
  /** Stem of the file name when the chart is exported. */
  readonly name: string;
  readonly title: string;
  readonly caption?: string;
  /** For charts that gain nothing from width. */
  readonly narrow?: boolean;
  readonly children: ComponentChildren;
}

/** A chart with its caption and the buttons that save it as a picture. */
export function ChartFrame({ name, title, caption, narrow = false, children }: Props): JSX.Element {
  const frame = useRef<HTMLElement>(null);
  const svg = (): SVGSVGElement | null => frame.current?.querySelector<SVGSVGElement>('.chart svg') ?? null;
  return (
    <figure class={narrow ? 'chart-frame narrow' : 'chart-frame'} ref={frame}>
      <div class="chart-head">
        <h3>{title}</h3>
        <div class="actions">
          <button
            type="button"
            class="tool"
            aria-label={t('Save {0} as SVG', title)}
            onClick={() => {
              const chart = svg();
              if (chart) exportSvg(chart, name, title);
            }}
          >
            <Icon name="save" /> SVG
          </button>
          <button
            type="button"
            class="tool"
            aria-label={t('Save {0} as PNG', title)}
            onClick={() => {
              const chart = svg();
              if (chart) void exportPng(chart, name, title);
            }}
          >
            <Icon name="save" /> PNG
          </button>
        </div>
      </div>
      {children}
      {caption === undefined ? null : (
        <figcaption class="note" aria-live="polite">
          {caption}
        </figcaption>
      )}
    </figure>
  );
}
