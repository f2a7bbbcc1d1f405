import { localChance, localDecimal, localPercent } from '../core/sentence';
import { locale, t } from './strings';

/** Prices older than this many days are marked. */
export const oldPriceDays = 90;

export function integer(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 0 }).format(value);
}

export function decimal(value: number, digits: number): string {
  return localDecimal(value, digits, locale());
}

/** @param share 0..1 */
export function percent(share: number, digits = 0): string {
  return localPercent(share, locale(), digits);
}

/** A probability that never reads as certain: "> 99 %" and "< 1 %" at the ends. */
export function chance(probability: number): string {
  return localChance(probability, locale());
}

export function percentRange(interval: readonly [number, number]): string {
  const low = Math.round(interval[0] * 100);
  return `${integer(low)}–${percent(interval[1])}`;
}

/** @param difference of two shares, told in percentage points with its sign */
export function points(difference: number, digits = 1): string {
  return new Intl.NumberFormat(locale(), {
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(difference * 100);
}

/** US dollars with two significant digits below ten, and whole dollars above a hundred. */
export function usd(value: number): string {
  const digits = value >= 100 ? 0 : value >= 0.1 ? 2 : value <= 0 ? 0 : Math.min(8, 1 - Math.floor(Math.log10(value)));
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function usdRange(interval: readonly [number, number]): string {
  return `${usd(interval[0])} – ${usd(interval[1])}`;
}

/** 128000 → "128K", 1048576 → "1.05M". */
export function tokens(count: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact', maximumSignificantDigits: 3 }).format(count);
}

/** @param date YYYY-MM or YYYY-MM-DD */
export function monthOf(date: string): string {
  const [year, month] = date.split('-').map(Number);
  if (year === undefined || month === undefined || Number.isNaN(year) || Number.isNaN(month)) return date;
  return new Intl.DateTimeFormat(locale(), { year: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    Date.UTC(year, month - 1, 1),
  );
}

/** Whole days from one YYYY-MM-DD to another; NaN where either is not a date. */
export function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** "2 min 5 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t('{0} s', integer(whole));
  if (whole < 3600) return t('{0} min {1} s', integer(Math.floor(whole / 60)), integer(whole % 60));
  return t('{0} h {1} min', integer(Math.floor(whole / 3600)), integer(Math.floor((whole % 3600) / 60)));
}
