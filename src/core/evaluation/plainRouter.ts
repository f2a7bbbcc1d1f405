import { dequantiseRows } from '../bundle/quantise';
import type { Encoder } from '../features/encoder';
import { Featuriser } from '../features/vocabulary';
import { inputLogits, mixtureOf, posteriorAt } from '../predictors/posteriorAt';
import type { JointPosterior, PromptPredictions, Router, RouterFacts, RouterItem } from '../predictors/router';
import type { RouterParameters } from '../predictors/routerParameters';
import { VectorIndex } from '../predictors/vectorIndex';
import type { MatMul } from '../training/matMul';
import { projectRows, type TrainedEncoder } from '../training/trainEncoder';

/**
 * A router that lives in memory and computes in plain arithmetic what a bundle's graphs compute: evaluations train many
 * routers and use each one briefly.
 */
export class PlainRouter implements Router {
  readonly facts: RouterFacts;
  private readonly index: VectorIndex;

  constructor(
    private readonly parameters: RouterParameters,
    readonly encoder: Encoder,
    matMul: MatMul,
  ) {
    this.index = new VectorIndex(dequantiseRows(parameters.index.vectors), encoder.dimensions, matMul);
    this.facts = {
      version: 'evaluation',
      sha256: '',
      trained: '',
      models: parameters.models,
      resultCounts: parameters.resultCounts,
      abilities: parameters.abilities,
      benchmarks: parameters.tasks.map((task) => ({
        name: task.name,
        title: task.title,
        family: task.family,
        kind: task.kind ?? 'unknown',
        language: task.language ?? 'unknown',
        items: task.items,
        url: task.url,
        accuracies: Object.fromEntries(
          [...task.accuracies].map(([model, accuracy]) => [parameters.models[model] as string, accuracy]),
        ),
      })),
      distanceThresholds: parameters.distanceThresholds,
    };
  }

  async predict(texts: readonly string[]): Promise<PromptPredictions> {
    const { constants, index, tasks, models } = this.parameters;
    const vectors = await this.encoder.encode(texts);
    const nearest = await this.index.search(vectors, constants.neighbours);
    const mixture = new Float32Array(texts.length * tasks.length);
    const logits = new Float32Array(texts.length * models.length);
    for (let row = 0; row < texts.length; row++) {
      const [from, to] = [row * nearest.width, (row + 1) * nearest.width];
      const own = mixtureOf(
        nearest.items.subarray(from, to),
        nearest.similarities.subarray(from, to),
        index.tasks,
        tasks.length,
        constants.sharpness,
      );
      mixture.set(own, row * tasks.length);
      logits.set(
        inputLogits(
          this.parameters,
          vectors.subarray(row * this.encoder.dimensions, (row + 1) * this.encoder.dimensions),
          own,
        ),
        row * models.length,
      );
    }
    return {
      count: texts.length,
      vectors,
      neighbours: nearest.items,
      similarities: nearest.similarities,
      mixture,
      logits,
    };
  }

  posterior(centroid: Float32Array, mixture: Float32Array): Promise<JointPosterior> {
    return Promise.resolve(posteriorAt(this.parameters, centroid, mixture));
  }

  item(row: number): RouterItem {
    const { index } = this.parameters;
    return {
      benchmark: index.tasks[row] as number,
      category: index.categories[row] ?? null,
      id: index.ids[row] as string,
    };
  }

  results(row: number, visit: (model: number, correctness: number) => void): void {
    const { labels } = this.parameters.index;
    for (let at = labels.offsets[row] as number; at < (labels.offsets[row + 1] as number); at++)
      visit(labels.models[at] as number, (labels.scores[at] as number) / 255);
  }
}

/** A trained encoder in plain arithmetic. */
export class PlainEncoder implements Encoder {
  readonly id = 'evaluation';
  readonly dimensions: number;
  private readonly featuriser: Featuriser;
  private readonly dense: Float32Array;

  constructor(private readonly trained: TrainedEncoder) {
    this.dimensions = trained.projection.columns;
    this.featuriser = new Featuriser(trained.vocabulary);
    this.dense = dequantiseRows(trained.projection);
  }

  encode(texts: readonly string[]): Promise<Float32Array> {
    return Promise.resolve(projectRows(this.featuriser.features(texts), this.trained.projection, this.dense));
  }
}
