// A command line that does what its first argument says: for tests of the process around it alone.
import { writeSaidLine } from '../../../src/core/saidLine';
import { say } from '../../../src/core/sentence';

const { stdout, stderr } = process;

/** Lets what was written so far arrive by itself. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

async function main([word, ...rest]: readonly string[]): Promise<void> {
  if (word === 'steps') {
    const line = writeSaidLine({ step: say('adding {0}', 'größer-8b') });
    stderr.write(`a warning of a library\n${line.slice(0, 20)}`);
    await pause();
    stderr.write(`${line.slice(20)}${writeSaidLine({ step: say('posterior') })}{"step":"plain text"}\n`);
    stdout.write(JSON.stringify({ args: rest }));
  } else if (word === 'fail') {
    stderr.write(writeSaidLine({ step: say('vectors') }));
    stderr.write('    at somewhere\n');
    const message = say('{0} could not be read: {1}.', 'a.jsonl', 'unexpected end of file');
    const nextStep = say('Restore the file, or remove it from the folder.');
    stderr.write(writeSaidLine({ failure: { code: 'TRAINING_DATA', message, nextStep } }));
    process.exitCode = 1;
  } else if (word === 'die') {
    stderr.write('FATAL ERROR: out of memory');
    process.exitCode = 134;
  } else if (word === 'babble') stdout.write('no JSON');
  else {
    stderr.write(writeSaidLine({ step: say('vectors') }));
    setInterval(() => undefined, 1000);
  }
}

void main(process.argv.slice(2));
