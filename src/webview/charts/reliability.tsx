import type { JSX } from 'preact';
import type { LabelledCalibration } from '../../core/evaluation/datasetEvaluation';
import { integer, percent } from '../format';
import { t } from '../strings';
import { ChartFrame } from './chartFrame';
import { linear } from './scale';
import { useWidth } from './useWidth';

const margin = { left: 44, right: 22, top: 10, bottom: 36 };

/** Predicted against observed correctness: points on the diagonal keep what they promise. Size tells how many pairs. */
export function Reliability({ calibration }: { readonly calibration: LabelledCalibration }): JSX.Element {
  const [holder, available] = useWidth<HTMLDivElement>(360);
  const width = Math.min(available, 420);
  const height = Math.max(200, Math.round(width * 0.8));
  const x = linear(0, 1, margin.left, width - margin.right);
  const y = linear(0, 1, height - margin.bottom, margin.top);
  const most = Math.max(1, ...calibration.bins.map(({ count }) => count));
  return (
    <ChartFrame
      name="calibration"
      narrow
      title={t('Calibration')}
      caption={t(
        'Expected calibration error {0}, Brier score {1}.',
        percent(calibration.ece, 1),
        calibration.brier.toFixed(3),
      )}
    >
      <div class="chart" ref={holder}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
          <g class="grid">
            {[0, 0.25, 0.5, 0.75, 1].map((value) => (
              <g key={value}>
                <line x1={margin.left} x2={width - margin.right} y1={y(value)} y2={y(value)} />
                <text x={margin.left - 6} y={y(value) + 4} text-anchor="end">
                  {percent(value)}
                </text>
                <text x={x(value)} y={height - margin.bottom + 16} text-anchor="middle">
                  {percent(value)}
                </text>
              </g>
            ))}
            <text x={width - margin.right} y={height - 3} text-anchor="end" class="axis">
              {t('predicted →')}
            </text>
            <text x={margin.left + 4} y={margin.top + 10} class="axis">
              {t('↑ observed')}
            </text>
          </g>
          <line class="diagonal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
          <path
            class="frontier"
            d={calibration.bins
              .map(({ predicted, observed }, index) => `${index === 0 ? 'M' : 'L'}${x(predicted)} ${y(observed)}`)
              .join('')}
          />
          {calibration.bins.map(({ predicted, observed, count: pairs }) => (
            <circle
              key={predicted}
              class="point closed"
              cx={x(predicted)}
              cy={y(observed)}
              r={3 + 6 * Math.sqrt(pairs / most)}
            />
          ))}
        </svg>
      </div>
      <table class="hidden">
        <caption>{t('Calibration')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Predicted')}</th>
            <th scope="col">{t('Correct')}</th>
            <th scope="col">{t('Pairs')}</th>
          </tr>
        </thead>
        <tbody>
          {calibration.bins.map(({ predicted, observed, count: pairs }) => (
            <tr key={predicted}>
              <td>{percent(predicted)}</td>
              <td>{percent(observed)}</td>
              <td>{integer(pairs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ChartFrame>
  );
}
