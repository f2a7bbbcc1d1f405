import type { ComponentChildren, JSX } from 'preact';

/** A named region around a table: it scrolls by itself, also by keyboard. */
export function ScrollTable(props: {
  readonly label: string;
  /** Many rows: the height is bounded. */
  readonly tall?: boolean;
  /** Class of the table; `plain` where none is given. */
  readonly table?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { label, tall = false, table = 'plain', children } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class={tall ? 'table-scroll tall' : 'table-scroll'} tabIndex={0} aria-label={label}>
      <table class={table}>{children}</table>
    </section>
  );
}
