import type { JSX } from 'preact';
import { t } from '../strings';

/** Jumps to the parts of the page; moves the focus along, so that reading goes on from there. */
export function Navigation({ dataset }: { readonly dataset: boolean }): JSX.Element {
  const places = [
    { id: 'evidence', title: t('Evidence') },
    ...(dataset ? [{ id: 'dataset', title: t('Dataset') }] : []),
    { id: 'alternatives', title: t('Alternatives') },
    { id: 'compare', title: t('Compare') },
    ...(dataset
      ? [
          { id: 'rows', title: t('Rows') },
          { id: 'labels', title: t('Labels') },
        ]
      : []),
    { id: 'reading', title: t('Input') },
    { id: 'export', title: t('Export') },
  ];
  return (
    <nav aria-label={t('Parts of this page')}>
      {places.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          class="link"
          onClick={() => {
            document.getElementById(id)?.scrollIntoView();
            document.getElementById(`${id}-title`)?.focus({ preventScroll: true });
          }}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}
