#!/usr/bin/env node
import { join } from 'node:path';
import { openScoringBundle } from '../scoring/bundleFolder';
import { runCli } from './runCli';

// Set, not passed to process.exit: output to a pipe is written out first.
runCli(process.argv.slice(2), {
  terminal: {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
  },
  bundleFolder: join(__dirname, '..', 'models'),
  load: openScoringBundle,
  standardInput: process.stdin,
  write: (text) =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    }),
}).then((code) => {
  process.exitCode = code;
});
