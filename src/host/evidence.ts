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
import { sentenceSchema } from '../core/sentenceSchema';
import {
  type AddingPlan,
  addingPlanSchema,
  addingReportSchema,
  describeAddedModels,
} from '../core/training/addingReport';
import { describeOwnRouter, type OwnRouterReport } from '../core/training/ownComparison';
import type { CatalogModels } from './catalogModels';
import { readSetting } from './configuration';
import { settingsSection } from './contributions';
import { runEvidenceCommand } from './evidenceProcess';
import { signalOf } from './failures';
import { routerFolder } from './routerFolder';
import { said, saidInDocument } from './said';

/** Where own tables and routers are kept, below the workspace folder or the extension's own storage. */
const homeName = '.recommend-llm';
const routerName = 'router';
const grownRouterName = 'router-with-new-models';

const planSchema = v.object({
  benchmarks: v.array(
    v.object({
      benchmark: v.string(),
      tool: v.string(),
      results: v.number(),
      models: v.array(v.string()),
      metrics: v.array(v.object({ metric: v.string(), count: v.number() })),
      rule: v.nullable(v.object({ metric: v.string(), text: sentenceSchema })),
    }),
  ),
  models: v.array(v.object({ name: v.string(), model: v.nullable(v.string()) })),
  rejected: v.object({
    count: v.number(),
    first: v.array(v.object({ file: v.string(), line: v.number(), reason: sentenceSchema })),
  }),
  failures: v.array(v.object({ message: sentenceSchema, nextStep: sentenceSchema })),
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

  /**
   * `Recommend LLM: Train Router…`: learns on top of the bundled router from every imported table. Where a table has models
   * that the router in force does not know, they can be added to that one instead; this is the first choice where there
   * is nothing else to learn.
   */
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
    const plan = await this.addingPlan(tables);
    if (plan && plan.newModels.length > 0) {
      const chosen = await window.showQuickPick(trainingChoices(plan), {
        title: l10n.t('Learn from your evaluation results'),
        ignoreFocusOut: true,
      });
      if (!chosen) return;
      if (chosen.adds) return this.addModels(tables, plan);
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
    await this.offer(
      router,
      verdicts[report.verdict],
      l10n.t('Show Report'),
      `# ${l10n.t('The new router on your own benchmarks')}\n\n\`\`\`text\n${describeOwnRouter(report, saidInDocument)}\`\`\`\n`,
    );
  }

  private async addModels(tables: Uri, plan: AddingPlan): Promise<void> {
    const router = Uri.joinPath(this.home(), grownRouterName);
    const answer = await this.run(l10n.t('Adding models to the router'), [
      'train',
      '--add-models',
      ...plan.newModels.map(({ id }) => id),
      '--benchmarks',
      tables.fsPath,
      '--base',
      routerFolder(this.context),
      '--output',
      router.fsPath,
      '--json',
    ]);
    const report = v.parse(addingReportSchema, answer);
    await this.offer(
      router,
      report.models
        .map(({ model, place, of }) =>
          l10n.t('{0} is now number {1} of {2} models, on its own results.', model, place, of),
        )
        .join(' '),
      l10n.t('Show Evidence'),
      `# ${l10n.t('What was added to the router')}\n\n\`\`\`text\n${describeAddedModels(report, saidInDocument)}\`\`\`\n`,
    );
  }

  /** What could be added to the router in force; null where nothing can be added to it. */
  private async addingPlan(tables: Uri): Promise<AddingPlan | null> {
    try {
      const args = [
        'train',
        '--add-models',
        '--plan',
        '--benchmarks',
        tables.fsPath,
        '--base',
        routerFolder(this.context),
      ];
      return v.parse(addingPlanSchema, await this.run(l10n.t('Reading evaluation results'), args));
    } catch (error) {
      // A router of an older version has no room for further models. What is wrong with the tables, training tells.
      if (RecommendError.is(error) && error.code !== 'CANCELLED') return null;
      throw error;
    }
  }

  /** Tells the outcome until the user takes the new router or turns away; the report can be read in between. */
  private async offer(router: Uri, message: string, show: string, report: string): Promise<void> {
    const use = l10n.t('Use This Router');
    for (;;) {
      const chosen = await window.showInformationMessage(message, use, show);
      if (chosen === use) await this.useRouter(router);
      if (chosen !== show) return;
      await window.showTextDocument(await workspace.openTextDocument({ language: 'markdown', content: report }));
    }
  }

  /** `Recommend LLM: Choose Router…`: the bundled one or one of the user's own. */
  async chooseRouter(): Promise<void> {
    const own = [
      { name: routerName, label: l10n.t('Your own router'), description: l10n.t('with your evaluation results') },
      {
        name: grownRouterName,
        label: l10n.t('The router with new models'),
        description: l10n.t('with models added from your evaluation results'),
      },
    ];
    const items: (QuickPickItem & { readonly router: Uri | null; readonly setting: string })[] = [
      { label: l10n.t('The bundled router'), description: l10n.t('public benchmarks'), router: null, setting: '' },
    ];
    for (const { name, label, description } of own) {
      const router = Uri.joinPath(this.home(), name);
      const exists = await Promise.resolve(workspace.fs.stat(Uri.joinPath(router, 'manifest.json'))).then(
        () => true,
        () => false,
      );
      if (exists) items.push({ label, description, router, setting: settingOf(router) });
    }
    const current = readSetting('router');
    const shown = items.map((item) => ({
      ...item,
      ...(item.setting === current ? { detail: `$(check) ${l10n.t('in force')}` } : {}),
    }));
    const chosen = await window.showQuickPick(shown, { title: l10n.t('Which router recommends') });
    if (chosen) await this.useRouter(chosen.router);
  }

  private async useRouter(router: Uri | null): Promise<void> {
    const [folder] = workspace.workspaceFolders ?? [];
    await workspace
      .getConfiguration(settingsSection)
      .update(
        'router',
        router === null ? undefined : settingOf(router),
        folder ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
      );
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
        failure ? said(failure.message) : l10n.t('No evaluation results were recognised.'),
        failure ? said(failure.nextStep) : l10n.t('docs/OWN_EVIDENCE.md lists the layouts that are read.'),
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
                firstProblem(plan),
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
            ? l10n.t('correctness is "{0}": {1} (choose to change it)', rule.metric, said(rule.text))
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
        runEvidenceCommand(cli, args, {
          signal: signalOf(token),
          onStep: (step) => progress.report({ message: said(step) }),
        }),
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

/** What the setting holds for a router of the user's: relative to the workspace folder where there is one. */
function settingOf(router: Uri): string {
  const [folder] = workspace.workspaceFolders ?? [];
  return folder ? `${homeName}/${router.path.split('/').at(-1)}` : router.fsPath;
}

/** Adding models and training anew, the better fit first. */
function trainingChoices({ newModels, onlyNewModels }: AddingPlan): (QuickPickItem & { readonly adds: boolean })[] {
  const names = newModels.map(({ id }) => id).join(', ');
  const add = {
    label: `$(add) ${l10n.t('Add {0} to the router in force', names)}`,
    description: l10n.t('seconds'),
    detail: l10n.t('Fits the new models from their own results; nothing changes for any other model.'),
    adds: true,
  };
  const train = {
    label: `$(beaker) ${l10n.t('Train a router on all imported results')}`,
    description: l10n.t('a minute or two'),
    detail: l10n.t('Learns from everything anew, and compares with the bundled router.'),
    adds: false,
  };
  return onlyNewModels ? [add, train] : [train, add];
}

function firstProblem({ rejected, failures }: Plan): string {
  const [failure] = failures;
  if (failure) return said(failure.message);
  const [row] = rejected.first;
  return row ? `${row.file}:${row.line}: ${said(row.reason)}` : '';
}

function localPath(uri: Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new RecommendError(
    'FILE_UNREADABLE',
    l10n.t('Evaluation results can be imported from local folders only.'),
    l10n.t('Copy them to a folder of this machine.'),
  );
}
