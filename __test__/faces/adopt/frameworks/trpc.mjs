// tRPC: subscriptions, read by its client over an EventSource.
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { initTRPC, tracked } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { EventSource } from 'eventsource';
import { sameEvents } from './paths.mjs';

const { procedure, router } = initTRPC.create({
  sse: { ping: { enabled: true, intervalMs: 5_000 } },
});
const appRouter = router({
  count: procedure.subscription(async function* ({ signal }) {
    for (let n = 1; n <= 5 && !signal.aborted; n += 1) {
      yield tracked(`id ${n}`, { n, text: 'é\n' });
    }
  }),
});

const make = () => ({
  fetch: (req) => fetchRequestHandler({ endpoint: '/', req, router: appRouter }),
  node: createHTTPHandler({ router: appRouter }),
});

sameEvents('adopt: tRPC', make, async (url, t) => {
  const client = createTRPCClient({ links: [httpSubscriptionLink({ url, EventSource })] });
  const seen = [];
  await new Promise((resolve, reject) => {
    const subscription = client.count.subscribe(undefined, {
      onData: (data) => seen.push(data),
      onError: reject,
      onComplete: resolve,
    });
    t.after(() => subscription.unsubscribe());
  });
  return seen;
});
