import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as v from 'valibot';
import { type PanelContext, panelStateSchema, type RowLabel, type ToPanel } from '../panel/protocol';
import { toPanelSchema } from '../panel/snapshotSchema';
import { Alternatives } from './parts/alternatives';
import { Answer, ThreePicks } from './parts/answer';
import { Compare } from './parts/compare';
import { Dataset } from './parts/dataset';
import { Dial } from './parts/dial';
import { EvaluationPage } from './parts/evaluationPage';
import { Evidence } from './parts/evidence';
import { ExportBar } from './parts/exportBar';
import { Labels } from './parts/labels';
import { Navigation } from './parts/navigation';
import { Reading, sampleWords } from './parts/readReport';
import { Rows } from './parts/rows';
import { Busy, Empty, Failed } from './parts/states';
import { isUncertain } from './state/labelling';
import { look, nameOf, type Sight } from './state/sight';
import { initialView, readView, type View } from './state/viewState';
import { savedState, saveState, send } from './state/vscodeApi';
import { t, useLanguage } from './strings';

/** What was on screen before a reload, if the saved state is one of ours. */
function restored(): { readonly source: string; readonly view: View; readonly scroll: number } | null {
  const saved = v.safeParse(panelStateSchema, savedState());
  if (!saved.success) return null;
  const place = v.safeParse(v.object({ scroll: v.number() }), saved.output.view);
  return {
    source: saved.output.source,
    view: readView(saved.output.view),
    scroll: place.success ? place.output.scroll : 0,
  };
}

/** The whole page: shows the last snapshot, and keeps what the user has set through snapshots and reloads. */
export function App(): JSX.Element | null {
  const [snapshot, setSnapshot] = useState<ToPanel | null>(null);
  const [view, setView] = useState<View>(() => restored()?.view ?? initialView);
  const [labels, setLabels] = useState<readonly RowLabel[]>([]);
  const source = useRef<string | null>(restored()?.source ?? null);
  const scroll = useRef(restored()?.scroll ?? 0);
  const scrolled = useRef(false);

  useEffect(() => {
    const receive = (event: MessageEvent<unknown>): void => {
      const checked = v.safeParse(toPanelSchema, event.data);
      if (!checked.success) {
        console.error('Recommend LLM: a message that the panel cannot read', v.flatten(checked.issues));
        return;
      }
      const next = checked.output;
      if (source.current !== null && source.current !== next.context.source) {
        // Another input: what was set for the last one (pins, filters, labels) does not carry over.
        setView((last) => ({ ...initialView, dial: last.dial, mode: last.mode }));
        scrolled.current = true;
        window.scrollTo(0, 0);
      }
      source.current = next.context.source;
      if (next.type === 'recommendation') setLabels(next.labels);
      setSnapshot(next);
    };
    window.addEventListener('message', receive);
    send({ type: 'ready' });
    return () => window.removeEventListener('message', receive);
  }, []);

  const keep = useCallback((): void => {
    if (source.current !== null)
      saveState({ version: 1, source: source.current, view: { ...view, scroll: scroll.current } });
  }, [view]);
  useEffect(keep, [keep, snapshot]);

  useEffect(() => {
    let pending: ReturnType<typeof setTimeout> | undefined;
    const moved = (): void => {
      scroll.current = Math.round(window.scrollY);
      clearTimeout(pending);
      pending = setTimeout(keep, 300);
    };
    window.addEventListener('scroll', moved, { passive: true });
    return () => {
      clearTimeout(pending);
      window.removeEventListener('scroll', moved);
    };
  }, [keep]);

  useLayoutEffect(() => {
    if (scrolled.current || snapshot?.type !== 'recommendation') return;
    scrolled.current = true;
    window.scrollTo(0, scroll.current);
  }, [snapshot]);

  const update = useCallback((change: Partial<View>): void => setView((last) => ({ ...last, ...change })), []);

  if (!snapshot) return null;
  const { context } = snapshot;
  useLanguage(context.strings, context.locale);
  document.documentElement.lang = context.locale;
  switch (snapshot.type) {
    case 'empty':
      return (
        <main>
          <Empty />
        </main>
      );
    case 'failed':
      return (
        <main>
          <Failed file={snapshot.file} error={snapshot.error} />
        </main>
      );
    case 'evaluation':
      return (
        <main>
          <EvaluationPage context={context} evaluation={snapshot.evaluation} />
        </main>
      );
    case 'busy':
      return (
        <main>
          <Busy file={snapshot.file} progress={snapshot.progress} />
          {snapshot.preview ? (
            <Page
              context={context}
              recommendation={snapshot.preview}
              labels={labels}
              setLabels={setLabels}
              view={view}
              update={update}
              preview
            />
          ) : null}
        </main>
      );
    case 'recommendation':
      return (
        <main>
          <Page
            context={context}
            recommendation={snapshot.recommendation}
            labels={labels}
            setLabels={setLabels}
            view={view}
            update={update}
            preview={false}
          />
        </main>
      );
  }
}

interface PageProps {
  readonly context: PanelContext;
  readonly recommendation: Extract<ToPanel, { type: 'recommendation' }>['recommendation'];
  readonly labels: readonly RowLabel[];
  readonly setLabels: (labels: readonly RowLabel[]) => void;
  readonly view: View;
  readonly update: (change: Partial<View>) => void;
  readonly preview: boolean;
}

function Page({ context, recommendation, labels, setLabels, view, update, preview }: PageProps): JSX.Element {
  const { dial, mode, pinned, excluded } = view;
  const own = context.capabilities.saveLabels || view.labels.length === 0 ? labels : view.labels;
  const derived = useMemo(
    () => look(context, recommendation, own, view, preview),
    [context, recommendation, own, dial, mode, pinned, excluded, preview],
  );
  const change = useCallback(
    (next: readonly RowLabel[]): void => {
      if (!context.capabilities.saveLabels) {
        update({ labels: [...next] });
        return;
      }
      setLabels(next);
      send({ type: 'saveLabels', labels: [...next] });
    },
    [context.capabilities.saveLabels, setLabels, update],
  );
  const sight = useMemo<Sight>(
    () => ({ ...derived, view, update, setLabels: change }),
    [derived, view, update, change],
  );
  const settled = useSettled(sight);
  const details = useMemo(() => <Details sight={settled} />, [settled]);
  const dataset = recommendation.dataset !== undefined;
  const decision = sight.choice?.decision;
  return (
    <>
      <p class="hidden" role="status">
        {decision ? t('Recommended: {0}', nameOf(sight, decision.model)) : t('No candidate is left')}
      </p>
      <Navigation dataset={dataset} />
      {recommendation.read.sample ? (
        <p class="sample">
          {preview
            ? t('First answer from {0}; the full result replaces it.', sampleWords(recommendation.read.sample))
            : t('From {0}.', sampleWords(recommendation.read.sample))}
        </p>
      ) : null}
      <div class="top">
        <Answer sight={sight} />
        <div class="side">
          <Dial sight={sight} />
          <ThreePicks sight={sight} />
        </div>
      </div>
      {dataset && !preview && sight.labels.length === 0 && isUncertain(sight) ? (
        <p class="offer">
          {t('The leading models are close. A few labels of your own would settle it.')}{' '}
          <button type="button" class="link" onClick={() => document.getElementById('labels')?.scrollIntoView()}>
            {t('Mark a few rows')}
          </button>
        </p>
      ) : null}
      {details}
      <footer class="note">
        {t(
          'Router {0}, trained {1} ({2})',
          recommendation.bundle.version,
          recommendation.bundle.trained,
          recommendation.bundle.sha256.slice(0, 12),
        )}
      </footer>
    </>
  );
}

/** Everything below the answer. */
function Details({ sight }: { readonly sight: Sight }): JSX.Element {
  const { recommendation, preview, context } = sight;
  const dataset = recommendation.dataset !== undefined;
  return (
    <>
      <Evidence sight={sight} />
      {dataset ? <Dataset sight={sight} /> : null}
      <Alternatives sight={sight} />
      <Compare sight={sight} />
      {dataset ? <Rows sight={sight} /> : null}
      {dataset && !preview ? <Labels sight={sight} /> : null}
      <Reading read={recommendation.read} openSource={context.capabilities.openSource} />
      {preview ? null : <ExportBar sight={sight} />}
    </>
  );
}

/** While the dial moves, the answer follows at once and the details once it rests: charts of hundreds of models are slow. */
function useSettled(sight: Sight): Sight {
  const [, redraw] = useState(0);
  const settled = useRef(sight);
  const moving =
    settled.current.view.dial !== sight.view.dial &&
    settled.current.recommendation === sight.recommendation &&
    settled.current.labels === sight.labels;
  if (!moving) settled.current = sight;
  useEffect(() => {
    if (!moving) return;
    const rested = setTimeout(() => {
      settled.current = sight;
      redraw((count) => count + 1);
    }, 80);
    return () => clearTimeout(rested);
  }, [sight, moving]);
  return settled.current;
}
