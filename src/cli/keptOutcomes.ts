import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { GroupOutcome } from '../core/evaluation/groupEvaluation';
import type { EvaluationJob } from './evaluationData';

/**
 * Outcomes of an evaluation that was broken off, so that the next run goes on from there. They are kept under a hash of the
 * job and of the program itself: another router is another evaluation.
 */
export class KeptOutcomes {
  private readonly folder: string | null;

  /** @param program the bundled program that evaluates */
  constructor(job: EvaluationJob, program: string) {
    const { cache, only: _, ...rest } = job;
    const hash = createHash('sha256').update(JSON.stringify(rest)).update(readFileSync(program)).digest('hex');
    this.folder = cache === null ? null : join(cache, `outcomes-${hash.slice(0, 24)}`);
  }

  get(group: string): GroupOutcome | null {
    const path = this.pathOf(group);
    return path !== null && existsSync(path) ? (deserialize(readFileSync(path)) as GroupOutcome) : null;
  }

  async set(group: string, outcome: GroupOutcome): Promise<void> {
    const path = this.pathOf(group);
    if (path === null || this.folder === null) return;
    await mkdir(this.folder, { recursive: true });
    await writeFile(`${path}.partial`, serialize(outcome));
    await rename(`${path}.partial`, path);
  }

  private pathOf(group: string): string | null {
    return this.folder === null ? null : join(this.folder, `${encodeURIComponent(group)}.bin`);
  }
}
