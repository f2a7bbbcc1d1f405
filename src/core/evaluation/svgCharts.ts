/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
  /** Points without a line between them. */
  readonly scatter?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly logX?: boolean;
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** Draws y = x. */
  readonly diagonal?: boolean;
}

export interface BarChart {
  readonly title: string;
  readonly xLabel: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const width = 760;
const height = 440;
const margin = { left: 70, right: 190, top: 44, bottom: 56 };
/** Okabe and Ito's palette: told apart with all common kinds of colour blindness; dashes and markers tell too. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#888888'];
const dashes = ['', '7 4', '2 3', '9 3 2 3', '5 2', '1 2', '12 4', '3 6'];

/** A chart with lines, error bars where `low` and `high` are given, and a legend. */
export function lineChart(chart: LineChart): string {
  const points = chart.series.flatMap((series) => series.points);
  const toAxis = (x: number): number => (chart.logX === true ? Math.log10(x) : x);
  const [fromX, toX] = rangeOf(
    points.map((point) => toAxis(point.x)),
    chart.xRange?.map(toAxis),
    0.02,
  );
  const [fromY, toY] = rangeOf(
    points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]),
    chart.yRange,
    0.06,
  );
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const px = (x: number): string => fixed(margin.left + ((toAxis(x) - fromX) / (toX - fromX)) * (right - margin.left));
  const py = (y: number): string => fixed(bottom - ((y - fromY) / (toY - fromY)) * (bottom - margin.top));
  const parts = [frame(chart.title, width, height)];
  for (const tick of ticks(fromX, toX, chart.logX === true)) {
    const x = px(chart.logX === true ? 10 ** tick : tick);
    parts.push(
      `<line x1="${x}" x2="${x}" y1="${margin.top}" y2="${bottom}" stroke="#e2e2e2"/>`,
      text(x, bottom + 18, label(chart.logX === true ? 10 ** tick : tick), 'middle'),
    );
  }
  for (const tick of ticks(fromY, toY, false)) {
    const y = py(tick);
    parts.push(
      `<line x1="${margin.left}" x2="${right}" y1="${y}" y2="${y}" stroke="#e2e2e2"/>`,
      text(margin.left - 8, Number(y) + 4, label(tick), 'end'),
    );
  }
  parts.push(
    `<path d="M${margin.left} ${margin.top}V${bottom}H${right}" fill="none" stroke="#555555"/>`,
    text((margin.left + right) / 2, height - 14, chart.xLabel, 'middle'),
    `<text x="18" y="${(margin.top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(margin.top + bottom) / 2})">${escapeXml(chart.yLabel)}</text>`,
  );
  if (chart.diagonal === true) {
    const from = Math.max(fromX, fromY);
    const to = Math.min(toX, toY);
    parts.push(
      `<line x1="${px(from)}" y1="${py(from)}" x2="${px(to)}" y2="${py(to)}" stroke="#999999" stroke-dasharray="4 4"/>`,
    );
  }
  for (const [index, series] of chart.series.entries()) {
    const colour = colours[index % colours.length] as string;
    if (series.scatter !== true && series.points.length > 1) {
      const path = series.points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${py(y)}`).join('');
      parts.push(
        `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes[index % dashes.length]}"/>`,
      );
    }
    for (const { x, y, low, high } of series.points) {
      if (low !== undefined && high !== undefined)
        parts.push(`<line x1="${px(x)}" x2="${px(x)}" y1="${py(low)}" y2="${py(high)}" stroke="${colour}"/>`);
      parts.push(marker(index, Number(px(x)), Number(py(y)), colour));
    }
    const legendY = margin.top + 12 + index * 20;
    parts.push(marker(index, right + 18, legendY - 4, colour), text(right + 30, legendY, series.name, 'start'));
  }
  return close(parts);
}

/** Horizontal bars around zero, one row each, in the given order. */
export function barChart(chart: BarChart): string {
  const row = 13;
  const labels = 230;
  const high = 70 + chart.bars.length * row + 40;
  const [from, to] = rangeOf([0, ...chart.bars.map((bar) => bar.value)], undefined, 0.03);
  const right = width - 60;
  const px = (value: number): number => labels + ((value - from) / (to - from)) * (right - labels);
  const parts = [frame(chart.title, width, high)];
  for (const tick of ticks(from, to, false)) {
    const x = fixed(px(tick));
    parts.push(
      `<line x1="${x}" x2="${x}" y1="48" y2="${high - 44}" stroke="${tick === 0 ? '#555555' : '#e2e2e2'}"/>`,
      text(x, high - 30, label(tick), 'middle'),
    );
  }
  for (const [index, { name, value }] of chart.bars.entries()) {
    const y = 52 + index * row;
    const left = Math.min(px(0), px(value));
    parts.push(
      `<rect x="${fixed(left)}" y="${y}" width="${fixed(Math.abs(px(value) - px(0)))}" height="${row - 3}" fill="${value < 0 ? '#d55e00' : '#0072b2'}"/>`,
      `<text x="${labels - 6}" y="${y + 9}" text-anchor="end" font-size="10">${escapeXml(name)}</text>`,
      `<text x="${right + 8}" y="${y + 9}" font-size="10">${value >= 0 ? '+' : '−'}${fixed(Math.abs(value))}</text>`,
    );
  }
  parts.push(text((labels + right) / 2, high - 10, chart.xLabel, 'middle'));
  return close(parts);
}

function frame(title: string, wide: number, high: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, sans-serif" font-size="12" fill="#222222"><rect width="100%" height="100%" fill="#ffffff"/><text x="${margin.left}" y="26" font-size="15" font-weight="600">${escapeXml(title)}</text>`;
}

function close(parts: readonly string[]): string {
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

function text(x: number | string, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x}" y="${fixed(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function marker(index: number, x: number, y: number, colour: string): string {
  if (index % 3 === 1)
    return `<rect x="${fixed(x - 3.5)}" y="${fixed(y - 3.5)}" width="7" height="7" fill="${colour}"/>`;
  if (index % 3 === 2) return `<path d="M${fixed(x)} ${fixed(y - 5)}l5 9h-10z" fill="${colour}"/>`;
  return `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.5" fill="${colour}"/>`;
}

function rangeOf(
  values: readonly number[],
  given: readonly number[] | undefined,
  pad: number,
): readonly [number, number] {
  const low = given?.[0] ?? Math.min(...values);
  const high = given?.[1] ?? Math.max(...values);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (given !== undefined) return [low, high];
  const room = (high - low || Math.abs(high) || 1) * pad;
  return [low - room, high + room];
}

/** Round tick positions; powers of ten (as exponents) for a logarithmic axis of more than two decades. */
function ticks(from: number, to: number, logarithmic: boolean): readonly number[] {
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    logarithmic && to - from > 2 ? 1 : power * ([1, 2, 5, 10].find((multiple) => multiple * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function label(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(0);
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escapeXml(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
