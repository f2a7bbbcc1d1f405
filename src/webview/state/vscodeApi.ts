import type { FromPanel, PanelState } from '../../panel/protocol';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

let api: VsCodeApi | undefined;

function host(): VsCodeApi {
  api ??= acquireVsCodeApi();
  return api;
}

export function send(message: FromPanel): void {
  host().postMessage(message);
}

export function savedState(): unknown {
  return host().getState();
}

export function saveState(state: PanelState): void {
  host().setState(state);
}

/** Asks the host to save a text where the user chooses. */
export function saveText(name: string, content: string): void {
  send({ type: 'export', name, encoding: 'utf8', content });
}
