// Writes docs/EVALUATION.md and its figures again from docs/evaluation.json: `node scripts/run.mjs scripts/evaluationDocument`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AllReports, evaluationDocument } from '../src/core/evaluation/evaluationDocument';

const folder = 'docs';
const reports = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8')) as AllReports;
for (const [name, content] of evaluationDocument(reports)) writeFileSync(join(folder, name), content);
