import { toSaidError } from '../core/errors';
import { writeSaidLine } from '../core/saidLine';
import { inEnglish } from '../core/sentence';
import { evaluateCommand } from './evaluateCommand';
import { importCommand } from './importCommand';
import type { CliContext } from './inputs';
import { recommendCommand } from './recommendCommand';
import { scoreCommand } from './scoreCommand';
import { trainCommand } from './trainCommand';

interface Command {
  readonly summary: string;
  /** Whether it takes `--sentences`: a failure is then told as a line of JSON, for a process that says it in another language. */
  readonly sentences?: true;
  run(args: readonly string[], context: CliContext): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  recommend: { summary: 'recommend an LLM for a prompt file or a dataset', run: recommendCommand },
  evaluate: {
    summary: 'judge the router by a labelled dataset, or by benchmark tables',
    run: evaluateCommand,
  },
  score: { summary: 'recommend an LLM for each row of a dataset, into a file or a stream', run: scoreCommand },
  import: {
    summary: 'turn evaluation logs into a table to learn from',
    sentences: true,
    run: async (args, context) => importCommand(args, await namedModels(context), context.terminal.out),
  },
  train: { summary: 'learn a router bundle from benchmark tables', sentences: true, run: trainCommand },
};

const usage = `recommend-llm COMMAND [options]

Which LLM should run this prompt, or this dataset, and why? Answered on this machine, from real benchmark results.

Commands:
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`)
  .join('\n')}

"recommend-llm COMMAND --help" tells more. Exit codes: 0 done, 1 bad input, 2 a defect of the program.
`;

/**
 * Runs the command line. Failures are told on the error stream: what went wrong and what can be done.
 * @returns the exit code: 0 done, 1 bad input, 2 a defect of the program
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.terminal.out(usage);
    return name === undefined ? 1 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    context.terminal.error(`recommend-llm: there is no command "${name}".\nSee "recommend-llm --help".\n`);
    return 1;
  }
  try {
    return await command.run(rest, context);
  } catch (thrown) {
    const failure = toSaidError(thrown);
    const isDefect = failure.code === 'INTERNAL';
    const trace = isDefect && thrown instanceof Error && thrown.stack ? `${thrown.stack}\n` : '';
    if (command.sentences && rest.includes('--sentences')) {
      context.terminal.error(`${trace}${writeSaidLine({ failure })}`);
    } else {
      const nextStep = isDefect ? '' : `${inEnglish(failure.nextStep)}\n`;
      context.terminal.error(`recommend-llm: ${inEnglish(failure.message)}\n${trace}${nextStep}`);
    }
    return isDefect ? 2 : 1;
  }
}

/** The models that names in logs are mapped to; a broken bundle does not keep anyone from importing. */
async function namedModels(context: CliContext): Promise<Parameters<typeof importCommand>[1]> {
  try {
    const { catalog } = await context.load(context.bundleFolder);
    return catalog.models.map(({ id, name, marketId, standard }) => ({ id, name, ...(standard ? { marketId } : {}) }));
  } catch (error) {
    context.terminal.error(
      `recommend-llm: the names of LLMs stay as they are: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return [];
  }
}
