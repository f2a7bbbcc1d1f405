import { type LogOutputChannel, window } from 'vscode';

/** The one log of the extension: the output channel "Recommend LLM". */
export function createLog(): LogOutputChannel {
  return window.createOutputChannel('Recommend LLM', { log: true });
}

/** The part of the log that process and message code needs: it runs without an editor in unit tests. */
export type Log = Pick<LogOutputChannel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;
