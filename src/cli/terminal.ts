/** Where a command writes; tests put buffers in its place. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** True where progress may be drawn over one line of the error stream. */
  readonly interactive: boolean;
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
          return right.includes(column) ? gap + cell : cell + gap;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function percent(value: number): string {
  return `${Math.round(100 * value)} %`;
}

/** US dollars with three significant digits, never in exponents. */
export function usd(value: number | null): string {
  if (value === null) return 'not known';
  if (value === 0) return '$0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return `$${value.toFixed(Math.min(10, Math.max(value >= 10 ? 0 : 2, digits)))}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
