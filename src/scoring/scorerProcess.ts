import { openScoringBundle } from './bundleFolder';
import type { FromScorer } from './protocol';
import { ScorerServer } from './scorerServer';

// The child process in which everything is scored; it answers the host's messages and ends with it.

const send = (message: FromScorer): void => {
  if (process.connected) process.send?.(message);
};
const server = new ScorerServer(openScoringBundle, send);
process.on('message', (message) => {
  void server.receive(message);
});
process.on('disconnect', () => process.exit(0));
send({ type: 'ready' });
