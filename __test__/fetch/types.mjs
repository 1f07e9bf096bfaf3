import { test } from 'node:test';
import { SOON } from '../soon.mjs';
import { checkTypes } from '../type-check.mjs';

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: the service of the document passes strict type checks`, SOON, () =>
    checkTypes(compiler, '__test__/types/fetch.tsconfig.json'),
  );
}
