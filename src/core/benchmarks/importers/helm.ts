import * as v from 'valibot';
import { type Sentence, say } from '../../sentence';
import {
  baseName,
  brokenLog,
  folderOf,
  type LogFile,
  type LogGroup,
  type LogImporter,
  type MetricValue,
} from './evaluationLog';
import { jsonOf } from './logText';

const runSpec = v.object({
  name: v.string(),
  adapter_spec: v.object({ model: v.optional(v.string()), model_deployment: v.optional(v.string()) }),
});

const requestState = v.object({
  instance: v.object({
    id: v.optional(v.string()),
    input: v.union([v.string(), v.object({ text: v.string() })]),
    perturbation: v.optional(v.nullable(v.unknown())),
  }),
  train_trial_index: v.optional(v.number()),
  request_mode: v.optional(v.nullable(v.string())),
  request: v.optional(v.object({ prompt: v.optional(v.string()), model: v.optional(v.string()) })),
});

const instanceStats = v.object({
  instance_id: v.string(),
  perturbation: v.optional(v.nullable(v.unknown())),
  train_trial_index: v.optional(v.number()),
  stats: v.array(
    v.object({
      name: v.object({ name: v.string(), split: v.optional(v.nullable(v.string())) }),
      count: v.number(),
      sum: v.optional(v.number()),
      mean: v.optional(v.number()),
    }),
  ),
});

/** Stanford HELM: one folder for each run with run_spec.json, scenario_state.json and per_instance_stats.json. */
export const helm: LogImporter = {
  id: 'helm',
  title: 'HELM',
  follows: 'crfm-helm v0.3 to v0.5',
  preferredMetrics: [
    'exact_match',
    'quasi_exact_match',
    'prefix_exact_match',
    'quasi_prefix_exact_match',
    'final_number_exact_match',
    'math_equiv_chain_of_thought',
    'math_equiv',
    'ifeval_strict_accuracy',
    'chain_of_thought_correctness',
    'f1_score',
    'rouge_l',
  ],

  async recognise(files: readonly LogFile[]): Promise<readonly LogGroup[]> {
    const named = (folder: string, name: string): LogFile | undefined =>
      files.find((file) => folderOf(file.name) === folder && baseName(file.name).replace(/\.gz$/, '') === name);
    return files
      .filter((file) => /^scenario_state\.json(?:\.gz)?$/.test(baseName(file.name)))
      .map((state) => {
        const folder = folderOf(state.name);
        const others = [named(folder, 'per_instance_stats.json'), named(folder, 'run_spec.json')];
        return { name: folder || state.name, files: [state, ...others.filter((file) => file !== undefined)] };
      });
  },

  async read(group, sink, choices): Promise<void> {
    const file = (name: string): LogFile | undefined =>
      group.files.find((each) => baseName(each.name).startsWith(name));
    const stateFile = file('scenario_state');
    const statsFile = file('per_instance_stats');
    const specFile = file('run_spec');
    if (!stateFile) return;
    if (!statsFile) throw brokenLog(group.name, say('per_instance_stats.json is missing beside scenario_state.json'));
    const state = v.safeParse(
      v.object({
        adapter_spec: v.optional(v.object({ model: v.optional(v.string()) })),
        request_states: v.array(v.unknown()),
      }),
      await jsonOf(stateFile),
    );
    if (!state.success) throw brokenLog(stateFile.name, say('no "request_states" list'));
    const spec = specFile ? v.safeParse(runSpec, await jsonOf(specFile)) : null;
    const runName = spec?.success ? spec.output.name : baseName(group.name);
    const model =
      choices.model ??
      (spec?.success ? (spec.output.adapter_spec.model ?? spec.output.adapter_spec.model_deployment) : undefined) ??
      state.output.adapter_spec?.model;
    if (!model) throw brokenLog(group.name, say('neither run_spec.json nor scenario_state.json names the model'));

    const prompts = new Map<string, string>();
    state.output.request_states.forEach((value, index) => {
      const parsed = v.safeParse(requestState, value);
      if (!parsed.success) {
        sink.reject({
          file: stateFile.name,
          line: index + 1,
          reason: say('request state without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')),
        });
        return;
      }
      const { instance, request, train_trial_index: trial = 0 } = parsed.output;
      if (instance.perturbation || trial !== 0 || instance.id === undefined || prompts.has(instance.id)) return;
      // The instance's own text, not the request: in-context examples are the harness's and the same for every item.
      const text = typeof instance.input === 'string' ? instance.input : instance.input.text;
      prompts.set(instance.id, text.trim() === '' ? (request?.prompt ?? '') : text);
    });

    const [benchmark, category] = benchmarkIn(runName);
    const statsList = await jsonOf(statsFile);
    if (!Array.isArray(statsList)) throw brokenLog(statsFile.name, say('not a list of instances'));
    statsList.forEach((value: unknown, index: number) => {
      if (sink.stopped) return;
      const parsed = v.safeParse(instanceStats, value);
      const reject = (reason: Sentence): void => sink.reject({ file: statsFile.name, line: index + 1, reason });
      if (!parsed.success) {
        reject(say('instance without {0}', v.getDotPath(parsed.issues[0]) ?? say('its fields')));
        return;
      }
      if (parsed.output.perturbation || (parsed.output.train_trial_index ?? 0) !== 0) return;
      const prompt = prompts.get(parsed.output.instance_id);
      if (prompt === undefined) {
        reject(say('instance {0} is not in scenario_state.json', parsed.output.instance_id));
        return;
      }
      const metrics: Record<string, MetricValue> = {};
      for (const stat of parsed.output.stats) {
        const mean = stat.mean ?? (stat.sum !== undefined && stat.count > 0 ? stat.sum / stat.count : undefined);
        if (mean !== undefined && stat.count > 0) metrics[stat.name.name] = mean;
      }
      sink.result({ benchmark, category, item: parsed.output.instance_id, prompt, model, metrics });
    });
  },
};

/** A run's name is "scenario:key=value,…,model=…": the scenario is the benchmark, its first argument other than the model the category. */
function benchmarkIn(runName: string): readonly [string, string | null] {
  const [scenario = runName, args = ''] = runName.split(/:(.*)/s);
  const category = args
    .split(',')
    .map((each) => each.split('='))
    .find(
      ([key]) => key !== undefined && /^(?:subject|subset|task|category|dataset|difficulty|lang\w*)$/.test(key),
    )?.[1];
  return [scenario, category ?? null];
}
