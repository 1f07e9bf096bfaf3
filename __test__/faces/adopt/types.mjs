// The types of adopt() and toNode() accept the frameworks' handlers.
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { checkTypes } from '../../support/type-check.mjs';

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: adopt() and toNode() accept the handlers of frameworks`, SOON, () =>
    checkTypes(compiler, '__test__/package/types/adopt.tsconfig.json'),
  );
}
