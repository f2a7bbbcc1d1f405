import type { ComponentChildren, JSX } from 'preact';
import { saveText } from '../state/vscodeApi';
import { Icon } from './icon';

/** Asks where to save a text that is only made when asked for. */
export function SaveButton(props: {
  /** Proposed file name. */
  readonly name: string;
  readonly text: () => string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { name, text, children } = props;
  return (
    <button type="button" class="secondary" onClick={() => saveText(name, text())}>
      <Icon name="save" /> {children}
    </button>
  );
}
