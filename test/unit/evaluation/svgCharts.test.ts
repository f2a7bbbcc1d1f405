import assert from 'node:assert/strict';
import { barChart, lineChart } from '../../../src/core/evaluation/svgCharts';

describe('SVG charts', () => {
  it('draws points in proportion, with a legend and escaped names', () => {
    const svg = lineChart({
      title: 'A < B',
      xLabel: 'x',
      yLabel: 'y',
      xRange: [0, 10],
      yRange: [0, 1],
      diagonal: true,
      series: [
        {
          name: 'a & b',
          points: [
            { x: 0, y: 0 },
            { x: 10, y: 1, low: 0.9, high: 1 },
          ],
        },
      ],
    });
    assert.match(svg, /aria-label="A &lt; B"/);
    assert.match(svg, />a &amp; b</);
    // The corners of the plot: (70, 384) and (570, 44).
    assert.match(svg, /d="M70 384L570 44"/);
    assert.equal(svg.match(/<circle/g)?.length, 3);
    assert.ok(!svg.includes('NaN'));
  });

  it('has powers of ten on a logarithmic axis', () => {
    const svg = lineChart({
      title: 't',
      xLabel: 'x',
      yLabel: 'y',
      logX: true,
      series: [
        {
          name: 's',
          points: [
            { x: 0.001, y: 1 },
            { x: 10, y: 2 },
          ],
        },
      ],
    });
    for (const tick of ['0.001', '0.01', '0.1', '1', '10']) assert.ok(svg.includes(`>${tick}</text>`), tick);
  });

  it('draws bars on both sides of zero', () => {
    const svg = barChart({
      title: 't',
      xLabel: 'points',
      bars: [
        { name: 'up', value: 5 },
        { name: 'down', value: -2.5 },
      ],
    });
    assert.ok(svg.includes('>+5<') && svg.includes('>−2.5<'));
    assert.equal(svg.match(/<rect x=/g)?.length, 2);
    assert.ok(!lineChart({ title: 't', xLabel: '', yLabel: '', series: [] }).includes('NaN'));
  });
});
