// graphql-sse: subscriptions, read by its own client in both modes.
import { createClient } from 'graphql-sse';
import { createHandler as createFetchHandler } from 'graphql-sse/lib/use/fetch';
import { createHandler } from 'graphql-sse/lib/use/http';
import { sameEvents } from './paths.mjs';
import { schema } from './schema.mjs';

const make = () => ({ fetch: createFetchHandler({ schema }), node: createHandler({ schema }) });

for (const singleConnection of [false, true]) {
  const mode = singleConnection ? 'single connection' : 'distinct connections';
  sameEvents(`adopt: graphql-sse, ${mode}`, make, async (url, t) => {
    const client = createClient({ url, singleConnection });
    t.after(() => client.dispose());
    const seen = [];
    for await (const result of client.iterate({ query: 'subscription { count }' })) {
      seen.push(result);
    }
    return seen;
  });
}
