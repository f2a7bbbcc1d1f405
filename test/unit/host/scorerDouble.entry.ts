// A process that speaks the scorer's protocol and does what the request's text says: for tests of the client alone.
import { existsSync, writeFileSync } from 'node:fs';
import type { ToScorer } from '../../../src/scoring/protocol';
import { smallRecommendation } from './smallRecommendation';

const held = new Map<number, true>();

process.on('message', (message: ToScorer) => {
  const say = (answer: object): void => {
    process.send?.(answer);
  };
  if (message.type === 'cancel') {
    // Tells that the cancel arrived through the answer of the next request.
    held.delete(message.id);
    return;
  }
  if (message.type === 'referenced') {
    const { found } = message;
    const read = typeof found === 'string' ? found : `${found.name}:${Buffer.from(found.bytes).toString()}`;
    say({ type: 'recommendation', id: message.id, recommendation: smallRecommendation(read) });
    return;
  }
  const { id, source } = message;
  const text = source.kind === 'text' ? source.text : '';
  const [word, argument = ''] = text.split(' ');
  if (word === 'die') process.exit(9);
  if (word === 'die-once' && !existsSync(argument)) {
    writeFileSync(argument, '');
    process.kill(process.pid, 'SIGKILL');
    return;
  }
  if (word === 'hold') {
    held.set(id, true);
    say({ type: 'progress', id, progress: { rows: 1, rowsPerSecond: 1, secondsLeft: null, fraction: null } });
    return;
  }
  if (word === 'refer') {
    say({ type: 'reference', id, question: 7, uri: 'memory:/a.prompt.md', reference: argument });
    return;
  }
  if (word === 'malformed') {
    say({ type: 'recommendation', id, recommendation: { file: 7 } });
    return;
  }
  if (word === 'fail') {
    say({
      type: 'failed',
      id,
      error: {
        code: 'NO_PROMPTS',
        message: { text: '{0} has no prompt.', values: ['a.txt'] },
        nextStep: { text: 'Write one.', values: [] },
      },
    });
    return;
  }
  const recommendation = smallRecommendation(`${word} ${process.pid} held:${held.size}`);
  if (word === 'preview') say({ type: 'preview', id, recommendation });
  say({ type: 'recommendation', id, recommendation });
});

process.send?.({ type: 'ready' });
