import type { Catalog } from '../cost/catalog';
import type { TokenModel } from '../cost/tokenModel';
import type { Router } from '../predictors/router';
import type { PaperPairs } from '../scores/paperPairs';

/** Everything of a router bundle that scoring needs, loaded and verified. */
export interface ScoringBundle {
  readonly router: Router;
  /** `catalog.json` */
  readonly catalog: Catalog;
  /** `tokens.json` */
  readonly tokens: TokenModel;
  /** `paper.json`; null in bundles that were trained without paper mode. */
  readonly paper: PaperPairs | null;
}
