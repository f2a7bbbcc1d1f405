import type { Price } from '../recommendation/recommendation';

/** A model that the user runs or buys under terms of their own, with the evidence of a model that the router knows. */
export interface OwnModel {
  readonly id: string;
  readonly name: string;
  /** Id of the known model whose results stand for this one. */
  readonly sameAs: string;
  readonly price: Price;
  readonly contextTokens?: number;
}

/** What the user knows better than the shipped catalog: newer or negotiated prices, and models of their own. */
export interface CatalogOverlay {
  /** By catalog id. */
  readonly prices: Readonly<Record<string, Price>>;
  readonly ownModels: readonly OwnModel[];
}
