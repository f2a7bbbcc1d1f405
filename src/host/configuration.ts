import * as v from 'valibot';
import { type ConfigurationScope, workspace } from 'vscode';
import { RecommendError } from '../core/errors';
import { say } from '../core/sentence';
import { type SettingName, type Settings, settingSchemas, settingsSection } from './contributions';

/**
 * Reads one setting as it applies to `scope`.
 * @throws RecommendError BAD_SETTING where the value in the user's settings is not of the described shape
 */
export function readSetting<K extends SettingName>(name: K, scope?: ConfigurationScope | null): Settings[K] {
  const value: unknown = workspace.getConfiguration(settingsSection, scope).get(name);
  const schema: v.GenericSchema<unknown, Settings[K]> = settingSchemas[name];
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const place = [settingsSection, name, v.getDotPath(issue)].filter(Boolean).join('.');
  throw new RecommendError(
    'BAD_SETTING',
    say('The setting {0} is not valid: {1}', place, issue.message),
    say('Correct it in the settings, or reset it to its default.'),
  );
}
