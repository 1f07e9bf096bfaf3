// GraphQL Yoga: subscriptions, read by the client of graphql-sse.
import { createClient } from 'graphql-sse';
import { createYoga } from 'graphql-yoga';
import { sameEvents } from './paths.mjs';
import { schema } from './schema.mjs';

const make = () => {
  const yoga = createYoga({ schema, logging: false });
  return { fetch: (request) => yoga.fetch(request), node: yoga };
};

sameEvents('adopt: GraphQL Yoga', make, async (origin, t) => {
  const client = createClient({ url: `${origin}/graphql` });
  t.after(() => client.dispose());
  const seen = [];
  for await (const result of client.iterate({ query: 'subscription { count }' })) seen.push(result);
  return seen;
});
