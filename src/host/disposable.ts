import type { Disposable as VscodeDisposable } from 'vscode';

/** Base of everything that owns listeners, processes or editor items: what is registered ends with its owner. */
export abstract class Disposable implements VscodeDisposable {
  private readonly owned: VscodeDisposable[] = [];
  private ended = false;

  protected get isDisposed(): boolean {
    return this.ended;
  }

  protected register<T extends VscodeDisposable>(thing: T): T {
    if (this.ended) thing.dispose();
    else this.owned.push(thing);
    return thing;
  }

  dispose(): void {
    if (this.ended) return;
    this.ended = true;
    for (const thing of this.owned.splice(0).reverse()) thing.dispose();
  }
}
