import type { JSX } from 'preact';
import { integer } from '../format';
import { send } from '../state/vscodeApi';
import { t } from '../strings';

/** A row's line number; where the editor can show the source, it leads there. */
export function LineLink({ line, open }: { readonly line: number; readonly open: boolean }): JSX.Element {
  if (!open) return <>{integer(line)}</>;
  return (
    <button
      type="button"
      class="link"
      aria-label={t('Show line {0} in the editor', integer(line))}
      onClick={() => send({ type: 'openRow', line })}
    >
      {integer(line)}
    </button>
  );
}
