import * as v from 'valibot';
import {
  type CancellationToken,
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  type LanguageModelToolInvocationOptions,
  LanguageModelToolResult,
  l10n,
  lm,
  type PreparedToolInvocation,
} from 'vscode';
import { RecommendError } from '../core/errors';
import type { Recommendation } from '../core/recommendation/recommendation';
import { inEnglish } from '../core/sentence';
import { toolName } from './contributions';
import { signalOf } from './failures';
import type { Recommender } from './recommender';

const inputSchema = v.object({
  text: v.pipe(v.string(), v.nonEmpty('text is empty'), v.maxLength(500_000)),
  preference: v.optional(v.picklist(['quality', 'balanced', 'price'])),
  candidates: v.optional(v.array(v.string())),
});

/** Registers the tool where the editor has language model tools. */
export function registerTool(recommender: Recommender): Disposable | undefined {
  return typeof lm?.registerTool === 'function' ? lm.registerTool(toolName, new RecommendTool(recommender)) : undefined;
}

/** Tells an agent which LLM to use for a text. It is scored on this machine: no confirmation is asked for. */
class RecommendTool implements LanguageModelTool<unknown> {
  constructor(private readonly recommender: Recommender) {}

  prepareInvocation(): PreparedToolInvocation {
    return { invocationMessage: l10n.t('Choosing an LLM for the text') };
  }

  async invoke(
    { input }: LanguageModelToolInvocationOptions<unknown>,
    token: CancellationToken,
  ): Promise<LanguageModelToolResult> {
    const parsed = v.safeParse(inputSchema, input);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      throw new RecommendError(
        'BAD_ARGUMENT',
        `The input of ${toolName} is not valid: ${v.getDotPath(issue) ?? 'input'}: ${issue.message}.`,
        'Give the prompt as "text".',
      );
    }
    const { text, preference, candidates } = parsed.output;
    const recommendation = await this.recommender.recommend(
      { kind: 'text', name: 'text', text, languageId: 'plaintext' },
      { preference, candidates },
      { signal: signalOf(token) },
    );
    return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(answerOf(recommendation)))]);
  }
}

/** The part of a recommendation that an agent acts on; the field names are those of `recommend --json`. */
export function answerOf(recommendation: Recommendation): object {
  const { picks } = recommendation;
  const named = new Set([recommendation.recommendation.model, picks.quality, picks.value, picks.open]);
  const { model, fallback, reason, beatsBest } = recommendation.recommendation;
  return {
    recommendation: { model, fallback, reason: inEnglish(reason), beatsBest },
    picks,
    candidates: recommendation.candidates
      .filter((candidate) => named.has(candidate.model))
      .map(({ model: id, name, provider, openWeights, probability, interval, price, cost }) => ({
        model: id,
        name,
        provider,
        openWeights,
        probability,
        interval,
        price,
        cost: { usd: cost.usd, outputTokens: cost.outputTokens },
      })),
    distance: recommendation.distance,
    outOfDistribution: recommendation.outOfDistribution,
    nearest: recommendation.nearestBenchmarks
      .slice(0, 3)
      .map(({ benchmark, title, weight }) => ({ benchmark, title, weight })),
    bundle: { version: recommendation.bundle.version, trained: recommendation.bundle.trained },
  };
}
