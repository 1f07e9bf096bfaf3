// GraphQL subscriptions over channel.events().
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient } from 'graphql-sse';
import { createHandler } from 'graphql-sse/lib/use/http';
import { createYoga } from 'graphql-yoga';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { KINDS } from './channels.mjs';

const text = { type: new GraphQLNonNull(GraphQLString) };
const Headline = new GraphQLObjectType({ name: 'Headline', fields: { id: text, text } });

/** The payload contains the id, with which a client can resume. */
const schemaOf = (channel) =>
  new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { hello: text } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        headline: {
          type: new GraphQLNonNull(Headline),
          args: { after: { type: GraphQLString } },
          subscribe: (_, { after }) => channel.events({ after }),
          resolve: ({ id, data }) => ({ id, ...data }),
        },
      },
    }),
  });

const servers = {
  'graphql-sse': (schema) => createHandler({ schema }),
  'graphql-yoga': (schema) => createYoga({ schema, logging: false }),
};

const query = 'subscription ($after: String) { headline(after: $after) { id text } }';

async function start(t, handler) {
  const server = http.createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createClient({
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    retryAttempts: 0,
  });
  t.after(() => {
    client.dispose();
    server.close();
    server.closeAllConnections();
  });
  return { client, server };
}

for (const [name, handlerOf] of Object.entries(servers)) {
  for (const [kind, make] of Object.entries(KINDS)) {
    test(`${name}, ${kind}: a client resumes after an id`, SOON, async (t) => {
      const channel = await make(t);
      const { client } = await start(t, handlerOf(schemaOf(channel)));
      const publish = (headline) => channel.publish({ data: { text: headline } });
      const first = client.iterate({ query });
      const one = first.next();
      await until(() => channel.count() === 1, 'the subscription');
      const { id } = await publish('one');
      assert.deepEqual((await one).value, { data: { headline: { id, text: 'one' } } });
      await first.return();
      await until(() => channel.count() === 0, 'the client to leave');
      await publish('two');

      const second = client.iterate({ query, variables: { after: id } });
      const texts = [];
      const reading = (async () => {
        for await (const { data, errors } of second) texts.push(data?.headline.text ?? errors);
      })();
      await until(() => texts.length === 1, 'the missed event');
      await publish('three');
      channel.close();
      await reading;
      assert.deepEqual(texts, ['two', 'three']);
    });
  }
}

describe('GraphQL', SOON, () => {
  // With graphql-sse, an error of the source of a subscription is an unhandled rejection.
  test('graphql-yoga: a gap can be an error of the subscription', async (t) => {
    const channel = KINDS.plain(t);
    const onGap = () => {
      throw new Error('start again');
    };
    const schema = schemaOf({ events: (options) => channel.events({ ...options, onGap }) });
    const { client } = await start(t, servers['graphql-yoga'](schema));
    const events = client.iterate({ query, variables: { after: 'unknown' } });
    await assert.rejects(async () => {
      for await (const { errors } of events) if (errors) throw errors[0];
    });
    await until(() => channel.count() === 0, 'the loop to end');
  });
});
