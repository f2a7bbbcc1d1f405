// An extension for tests: offers language models through the editor's own API, and notes which of them are asked.
const { EventEmitter, LanguageModelTextPart, lm, workspace } = require('vscode');

const section = 'testChatProvider';

exports.activate = (context) => {
  const asked = [];
  const changed = new EventEmitter();
  const provider = {
    onDidChangeLanguageModelChatInformation: changed.event,
    provideLanguageModelChatInformation: () =>
      workspace
        .getConfiguration(section)
        .get('models')
        .map((model) => ({
          version: '1',
          maxInputTokens: 100_000,
          maxOutputTokens: 8_000,
          capabilities: { toolCalling: true },
          // Newer editors put only such models into their picker; older ones do not know the field.
          isUserSelectable: true,
          ...model,
        })),
    provideLanguageModelChatResponse: async (model, _messages, _options, progress) => {
      asked.push(model.id);
      progress.report(new LanguageModelTextPart('echo'));
    },
    provideTokenCount: async (_model, text) => String(text).length,
  };
  context.subscriptions.push(
    changed,
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(section)) changed.fire();
    }),
    lm.registerLanguageModelChatProvider('test-vendor', provider),
  );
  return { asked };
};
