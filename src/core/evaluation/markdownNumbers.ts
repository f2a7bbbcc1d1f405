import type { MethodSummary } from './summary';

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A metric of a summary; NaN where it was not measured. */
export function number(summary: MethodSummary | undefined, metric: string): number {
  const value = summary?.[metric];
  return typeof value === 'number' ? value : Number.NaN;
}

/** An interval of a summary. */
export function interval(summary: MethodSummary, metric: string): readonly [number, number] {
  const value = summary[metric];
  return typeof value === 'object' ? value : [Number.NaN, Number.NaN];
}

/** A metric of a summary as text. */
export function cell(summary: MethodSummary | undefined, metric: string, digits: number): string {
  return fixed(number(summary, metric), digits);
}

/** A metric with its 95 % interval. */
export function withInterval(summary: MethodSummary, metric: string): string {
  const [low, high] = interval(summary, `${metric}Ci`);
  return `${cell(summary, metric, 3)} [${fixed(low, 3)}, ${fixed(high, 3)}]`;
}

/** A number without the zero before its point, and without a sign where it rounds to nothing; "–" for NaN. */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value).toFixed(digits);
  return `${value < 0 && Number(size) > 0 ? '−' : ''}${size.replace(/^0\./, '.')}`;
}

/** The same with its sign, also where it rounds to nothing. */
export function signed(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : `${value < 0 ? '−' : '+'}${fixed(Math.abs(value), digits)}`;
}

/** A share as a percentage. */
export function percent(value: number): string {
  return `${Math.round(100 * value)} %`;
}

/** A share that may be missing. */
export function share(value: number | undefined): string {
  return value === undefined ? '–' : percent(value);
}

/** Arithmetic mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
