import type { JSX } from 'preact';

const paths = {
  check: 'M6.3 12.3 2.2 8.2l.9-.9 3.2 3.2 6.6-6.6.9.9z',
  cross: 'm8 7.1 3.9-3.9.9.9L8.9 8l3.9 3.9-.9.9L8 8.9l-3.9 3.9-.9-.9L7.1 8 3.2 4.1l.9-.9z',
  warning: 'M8 1.5 15 14H1L8 1.5Zm0 2L2.7 13h10.6L8 3.5ZM7.5 6.5h1v3.6h-1V6.5Zm0 4.5h1v1h-1v-1Z',
  info: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM7.5 7h1v4.5h-1V7Zm0-2.5h1v1h-1v-1Z',
  error:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM10.3 5l.7.7L8.7 8l2.3 2.3-.7.7L8 8.7 5.7 11l-.7-.7L7.3 8 5 5.7l.7-.7L8 7.3 10.3 5Z',
  pin: 'M10 1.5 14.5 6l-.8.8-.6-.2-2.6 2.6.2 2.4-.9.9-3-3-4 4-.7-.7 4-4-3-3 .9-.9 2.4.2 2.6-2.6-.2-.6.8-.8Zm.3 1.9L7.2 6.5l-2-.1 4.4 4.4-.1-2 3.1-3.1-2.3-2.3Z',
  exclude:
    'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 1a5.5 5.5 0 0 0-4.2 9l7.7-7.7A5.5 5.5 0 0 0 8 2.5Zm4.2 2L4.5 12.2A5.5 5.5 0 0 0 12.2 4.5Z',
  compare: 'M5 3 1.5 6.5 5 10l.7-.7L3.4 7H10V6H3.4l2.3-2.3L5 3Zm6 4-.7.7L12.6 10H6v1h6.6l-2.3 2.3.7.7 3.5-3.5L11 7Z',
  copy: 'M5 2h8v10h-2v2H3V4h2V2Zm1 2h5v7h1V3H6v1ZM4 5v8h6V5H4Z',
  edit: 'm11.8 1.8 2.4 2.4-8.7 8.7L2 14l1.1-3.5 8.7-8.7Zm0 1.4L4 11l-.5 1.5L5 12l7.8-7.8-1-1Z',
  chat: 'M2 3h12v8H8l-3 3v-3H2V3Zm1 1v6h3v1.6L7.6 10H13V4H3Z',
  link: 'M9 2h5v5h-1V3.7L7.9 8.9l-.7-.7L12.3 3H9V2ZM3 4h4v1H4v7h7V9h1v4H3V4Z',
  save: 'M8.5 2v6.8l2.3-2.3.7.7L8 10.7 4.5 7.2l.7-.7 2.3 2.3V2h1ZM3 12h10v1H3v-1Z',
  up: 'm8 4 4.5 6h-9z',
  down: 'm8 12-4.5-6h9z',
  far: 'M8 2.5A5.5 5.5 0 1 1 8 13.5 5.5 5.5 0 0 1 8 2.5Zm0 1a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM7.5 5h1v3.5H11v1H7.5V5Z',
} as const;

export type IconName = keyof typeof paths;

/** Decoration only: what an icon says is always said in words too. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
