// The types of adopt() and toNode() take the frameworks' handlers.
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { checkTypes } from '../../support/type-check.mjs';

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: adopt() and toNode() take the handlers of frameworks`, SOON, () =>
    checkTypes(compiler, '__test__/package/types/adopt.tsconfig.json'),
  );
}
