import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { checkTypes } from '../../support/type-check.mjs';

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: the service of the document passes strict type checks`, SOON, () =>
    checkTypes(compiler, '__test__/package/types/fetch.tsconfig.json'),
  );

  test(`${compiler}: the example for Hono passes strict type checks`, SOON, () =>
    checkTypes(compiler, '__test__/package/types/hono.tsconfig.json'),
  );
}
