import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skill } from './factory.mjs';

const SCOPE = { reasoning: 'string', digipair: 'string', start: 'string' };
/** The document's tables plus the additions of this skill. A star marks required parameters. */
const PARAMETERS = {
  registerSession: { 'id*': 'string', disconnected: 'array', ...SCOPE },
  registerChannel: { session: 'object', id: 'string', disconnected: 'array', ...SCOPE },
  push: { 'id*': 'string', 'message*': 'object', event: 'string', ...SCOPE },
  broadcast: { 'message*': 'object', event: 'string', id: 'string', ...SCOPE },
};

test('the schema lists exactly the functions and their parameters', () => {
  const { schema, ...functions } = skill;
  const listed = Object.entries(schema.paths).map(([path, { post }]) => {
    const parameters = post.parameters.map(({ name, required, schema: { type } }) => [
      required ? `${name}*` : name,
      type,
    ]);
    assert.ok(post.summary && post.description && post.tags.includes('service'));
    return [path.slice(1), Object.fromEntries(parameters)];
  });
  assert.deepEqual(Object.fromEntries(listed), PARAMETERS);
  assert.deepEqual(Object.keys(functions).sort(), Object.keys(PARAMETERS).sort());
});

test('lists of actions are lists of pins', () => {
  for (const { post } of Object.values(skill.schema.paths)) {
    for (const { name, schema } of post.parameters.filter(({ schema }) => schema.items)) {
      assert.equal(name, 'disconnected');
      assert.deepEqual(schema.items, { $ref: 'https://schemas.digipair.ai/pinsSettings' });
    }
  }
});
