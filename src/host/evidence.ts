import * as v from 'valibot';
import {
  ConfigurationTarget,
  commands,
  type ExtensionContext,
  FileType,
  l10n,
  ProgressLocation,
  type QuickPickItem,
  Uri,
  window,
  workspace,
} from 'vscode';
import { RecommendError } from '../core/errors';
import { describeOwnRouter, type OwnRouterReport } from '../core/training/ownComparison';
import type { CatalogModels } from './catalogModels';
import { readSetting } from './configuration';
import { settingsSection } from './contributions';
import { runEvidenceCommand } from './evidenceProcess';
import { signalOf } from './failures';

/** Where own tables and routers are kept, below the workspace folder or the extension's own storage. */
const homeName = '.recommend-llm';
const routerName = 'router';

const planSchema = v.object({
  benchmarks: v.array(
    v.object({
      benchmark: v.string(),
      tool: v.string(),
      results: v.number(),
      models: v.array(v.string()),
      metrics: v.array(v.object({ metric: v.string(), count: v.number() })),
      rule: v.nullable(v.object({ metric: v.string(), text: v.string() })),
    }),
  ),
  models: v.array(v.object({ name: v.string(), model: v.nullable(v.string()) })),
  rejected: v.object({
    count: v.number(),
    first: v.array(v.object({ file: v.string(), line: v.number(), reason: v.string() })),
  }),
  failures: v.array(v.object({ message: v.string(), nextStep: v.string() })),
  unrecognised: v.array(v.string()),
});

type Plan = v.InferOutput<typeof planSchema>;

const importedSchema = v.object({ items: v.number(), results: v.number(), rejected: v.object({ count: v.number() }) });

const picked = v.object({ model: v.string(), accuracy: v.number() });
const difference = v.object({ mean: v.number(), interval: v.tuple([v.number(), v.number()]) });
const heldOut = v.picklist(['benchmark', 'prompts']);
const reportSchema: v.GenericSchema<unknown, OwnRouterReport> = v.object({
  comparisons: v.array(
    v.object({
      benchmark: v.string(),
      heldOut,
      items: v.number(),
      models: v.number(),
      own: picked,
      bundled: picked,
      bestSingle: picked,
      oracle: picked,
    }),
  ),
  differences: v.array(
    v.object({ heldOut, benchmarks: v.number(), overBundled: difference, overBestSingle: difference }),
  ),
  verdict: v.picklist(['better', 'worse', 'not-shown']),
});

/** The user's own evaluation results: import, train, and the choice of the router in force. */
export class OwnEvidence {
  constructor(
    private readonly context: ExtensionContext,
    private readonly models: CatalogModels,
  ) {}

  /** `Recommend LLM: Import Evaluation Results…`: preview first; nothing is written before the user agrees. */
  async importResults(clicked: unknown, selected: unknown): Promise<void> {
    const uris = await this.chosenLogs(clicked, selected);
    if (uris.length === 0) return;
    const paths = uris.map(localPath);
    const metrics = new Map<string, string>();
    const mapped = new Map<string, string>();
    const choices = (): string[] => [
      ...[...metrics].flatMap(([benchmark, metric]) => ['--metric', `${benchmark}=${metric}`]),
      ...[...mapped].flatMap(([name, id]) => ['--map', `${name}=${id}`]),
    ];
    for (;;) {
      const answer = await this.preview(await this.plan(paths, choices()), metrics, mapped);
      if (answer === 'dismissed') return;
      if (answer === 'agreed') break;
    }
    const name = (uris[0]?.path.split('/').at(-1) ?? 'results').replace(/[^\w.-]+/g, '-').replace(/\.[a-z]+$/i, '');
    const tables = Uri.joinPath(this.home(), 'tables');
    await workspace.fs.createDirectory(tables);
    const output = Uri.joinPath(tables, `${name}.jsonl.gz`).fsPath;
    const imported = v.parse(
      importedSchema,
      await this.run(l10n.t('Importing evaluation results'), [
        'import',
        ...paths,
        '--output',
        output,
        '--json',
        ...choices(),
      ]),
    );
    const train = l10n.t('Train Router');
    const chosen = await window.showInformationMessage(
      l10n.t(
        '{0} results on {1} prompts imported, {2} rows left out.',
        imported.results,
        imported.items,
        imported.rejected.count,
      ),
      train,
    );
    if (chosen === train) await this.trainRouter();
  }

  /** `Recommend LLM: Train Router…`: learns on top of the bundled router from every imported table. */
  async trainRouter(): Promise<void> {
    const tables = Uri.joinPath(this.home(), 'tables');
    const entries = await Promise.resolve(workspace.fs.readDirectory(tables)).catch(() => []);
    if (!entries.some(([name, type]) => type === FileType.File && /\.jsonl(\.gz)?$/.test(name))) {
      throw new RecommendError(
        'TRAINING_DATA',
        l10n.t('There are no imported evaluation results yet.'),
        l10n.t('Run "Recommend LLM: Import Evaluation Results…" first.'),
      );
    }
    const router = Uri.joinPath(this.home(), routerName);
    const answer = await this.run(l10n.t('Training the router'), [
      'train',
      '--benchmarks',
      tables.fsPath,
      '--output',
      router.fsPath,
      '--json',
    ]);
    const report = v.parse(reportSchema, answer);
    const verdicts = {
      better: l10n.t('On your benchmarks the new router is better than the bundled one.'),
      worse: l10n.t('On your benchmarks the new router is worse than the bundled one.'),
      'not-shown': l10n.t('It is not shown that the new router is better than the bundled one.'),
    };
    const use = l10n.t('Use This Router');
    const show = l10n.t('Show Report');
    for (;;) {
      const chosen = await window.showInformationMessage(verdicts[report.verdict], use, show);
      if (chosen === use) await this.useRouter(router);
      if (chosen !== show) return;
      const content = `# ${l10n.t('The new router on your own benchmarks')}\n\n\`\`\`text\n${describeOwnRouter(report)}\`\`\`\n`;
      await window.showTextDocument(await workspace.openTextDocument({ language: 'markdown', content }));
    }
  }

  /** `Recommend LLM: Choose Router…`: the bundled one or the user's own. */
  async chooseRouter(): Promise<void> {
    const own = Uri.joinPath(this.home(), routerName);
    const exists = await Promise.resolve(workspace.fs.stat(Uri.joinPath(own, 'manifest.json'))).then(
      () => true,
      () => false,
    );
    const current = readSetting('router');
    const items: (QuickPickItem & { readonly router: Uri | null })[] = [
      { label: l10n.t('The bundled router'), description: l10n.t('public benchmarks'), router: null },
      ...(exists
        ? [{ label: l10n.t('Your own router'), description: l10n.t('with your evaluation results'), router: own }]
        : []),
    ].map((item) => ({
      ...item,
      ...((item.router === null) === (current === '') ? { detail: `$(check) ${l10n.t('in force')}` } : {}),
    }));
    const chosen = await window.showQuickPick(items, { title: l10n.t('Which router recommends') });
    if (chosen) await this.useRouter(chosen.router);
  }

  private async useRouter(router: Uri | null): Promise<void> {
    const [folder] = workspace.workspaceFolders ?? [];
    const value = router === null ? undefined : folder ? `${homeName}/${routerName}` : router.fsPath;
    await workspace
      .getConfiguration(settingsSection)
      .update('router', value, folder ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
    await commands.executeCommand('recommendLlm.restartScorer');
  }

  /** Shows the plan; the user changes metrics and model names, or agrees. */
  private async preview(
    plan: Plan,
    metrics: Map<string, string>,
    mapped: Map<string, string>,
  ): Promise<'agreed' | 'changed' | 'dismissed'> {
    const importable = plan.benchmarks.filter(({ rule }) => rule !== null);
    if (importable.length === 0) {
      const [failure] = plan.failures;
      throw new RecommendError(
        'NO_LABELS',
        failure?.message ?? l10n.t('No evaluation results were recognised.'),
        failure?.nextStep ?? l10n.t('docs/OWN_EVIDENCE.md lists the layouts that are read.'),
      );
    }
    type Choice = QuickPickItem & { readonly act: () => Promise<'agreed' | 'changed'> };
    const results = importable.reduce((sum, benchmark) => sum + benchmark.results, 0);
    const items: Choice[] = [
      {
        label: `$(arrow-right) ${l10n.t('Import {0} results of {1} benchmarks', results, importable.length)}`,
        ...(plan.rejected.count + plan.failures.length > 0
          ? {
              detail: l10n.t(
                '{0} rows and {1} logs cannot be used: {2}',
                plan.rejected.count,
                plan.failures.length,
                plan.failures[0]?.message ?? firstReason(plan),
              ),
            }
          : {}),
        act: () => Promise.resolve('agreed'),
      },
      ...plan.benchmarks.map(
        ({ benchmark, tool, models, metrics: found, rule }): Choice => ({
          label: `$(beaker) ${benchmark}`,
          description: `${tool} · ${l10n.t('{0} LLMs', models.length)}`,
          detail: rule
            ? l10n.t('correctness is "{0}": {1} (choose to change it)', rule.metric, rule.text)
            : l10n.t('no metric can be read as correctness (choose to name one)'),
          act: async () => {
            const metric = await window.showQuickPick(
              found.map(({ metric: label, count }) => ({ label, description: l10n.t('{0} values', count) })),
              { title: l10n.t('The metric that says whether an answer of {0} was right', benchmark) },
            );
            if (metric) metrics.set(benchmark, metric.label);
            return 'changed';
          },
        }),
      ),
      ...plan.models.map(
        ({ name, model }): Choice => ({
          label: `$(hubot) ${name}`,
          description: model ?? l10n.t('not in the catalog: kept as a model of your own (choose to map it)'),
          act: async () => {
            const offered = await this.models.offered();
            const id = await window.showQuickPick(
              offered.map(({ id: label, name: description }) => ({ label, description })),
              { title: l10n.t('The catalog model that {0} is', name), matchOnDescription: true },
            );
            if (id) mapped.set(name, id.label);
            return 'changed';
          },
        }),
      ),
    ];
    const chosen = await window.showQuickPick(items, {
      title: l10n.t('Import evaluation results'),
      placeHolder: l10n.t('Nothing is written before you choose the first line'),
      ignoreFocusOut: true,
      matchOnDescription: true,
    });
    return chosen ? chosen.act() : 'dismissed';
  }

  private async plan(paths: readonly string[], choices: readonly string[]): Promise<Plan> {
    const answer = await this.run(l10n.t('Reading evaluation results'), [
      'import',
      ...paths,
      '--preview',
      '--json',
      ...choices,
    ]);
    return v.parse(planSchema, answer);
  }

  private run(title: string, args: readonly string[]): Promise<unknown> {
    const cli = Uri.joinPath(this.context.extensionUri, 'dist', 'cli.js').fsPath;
    return Promise.resolve(
      window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (progress, token) =>
        runEvidenceCommand(cli, args, { signal: signalOf(token), onStep: (message) => progress.report({ message }) }),
      ),
    );
  }

  private home(): Uri {
    const [folder] = workspace.workspaceFolders ?? [];
    return folder?.uri.scheme === 'file'
      ? Uri.joinPath(folder.uri, homeName)
      : Uri.joinPath(this.context.globalStorageUri, homeName);
  }

  private async chosenLogs(clicked: unknown, selected: unknown): Promise<readonly Uri[]> {
    if (Array.isArray(selected) && selected.length > 0) return selected.filter((uri) => uri instanceof Uri);
    if (clicked instanceof Uri) return [clicked];
    const chosen = await window.showOpenDialog({
      title: l10n.t('Choose evaluation logs, tables of results, or folders of them'),
      openLabel: l10n.t('Preview Import'),
      canSelectFiles: true,
      canSelectFolders: true,
      canSelectMany: true,
    });
    return chosen ?? [];
  }
}

function firstReason({ rejected }: Plan): string {
  const [row] = rejected.first;
  return row ? `${row.file}:${row.line}: ${row.reason}` : '';
}

function localPath(uri: Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new RecommendError(
    'FILE_UNREADABLE',
    l10n.t('Evaluation results can be imported from local folders only.'),
    l10n.t('Copy them to a folder of this machine.'),
  );
}
