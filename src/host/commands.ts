import { type Disposable, commands as editorCommands } from 'vscode';
import { type CommandArguments, type CommandId, commands } from './contributions';
import { showFailure } from './failures';
import type { Log } from './log';

export type CommandHandlers = {
  readonly [K in CommandId]: (...args: CommandArguments[K]) => unknown;
};

/** Registers every command of the table. A handler's failure is shown here and nowhere else. */
export function registerCommands(handlers: CommandHandlers, log: Log, showLog: () => void): Disposable[] {
  return (Object.keys(commands) as CommandId[]).map((id) =>
    editorCommands.registerCommand(id, async (...args: unknown[]): Promise<unknown> => {
      try {
        // VS Code passes what menus and links hold; handlers look at each argument before they use it.
        return await (handlers[id] as (...each: unknown[]) => unknown)(...args);
      } catch (thrown) {
        // Not awaited: a command ends when its work does, not when its message is closed.
        void showFailure(thrown, log, showLog);
        return undefined;
      }
    }),
  );
}
