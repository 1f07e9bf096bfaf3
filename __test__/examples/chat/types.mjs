import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { checkTypes } from '../../support/type-check.mjs';

describe('the types of the chat', { concurrency: true }, () => {
  const projects = {
    'pass strict checks on the server': 'examples/chat/tsconfig.json',
    'pass strict checks on the page': 'examples/chat/web/tsconfig.json',
    'make a wrong event an error on both ends': '__test__/examples/chat/wrong-events.tsconfig.json',
  };
  for (const [title, project] of Object.entries(projects)) {
    test(title, SOON, () => checkTypes('typescript', project));
  }
});
