// The case of clients that come back to a process which has none of their history.
import { comeBack } from '../returning.mjs';
import { channels } from '../servers.mjs';
import { withSite } from './site.mjs';

export const arrivals = (name, { connections, channels: count, kept, missed }) =>
  withSite(name, async ({ engine, load, start }) => {
    const events = kept + Math.max(...missed);
    const publisher = await start(channels.command, { channels: count });
    await publisher.child.ask('broadcast', events, 0);
    const firsts = missed.map((number) => events - number);
    const { cursors } = await publisher.child.ask('cursors', ...firsts);

    const node = await start(channels.command, { channels: count });
    const stage = {
      server: node.child,
      load,
      connect: (more, cursors) => node.connect(more, 0, cursors),
    };
    const before = await engine.reads?.();
    await node.child.ask('watch');
    const { cpu, busy, elapsed } = await comeBack(stage, {
      connections,
      events,
      cursors,
      channels: count,
    });
    const reads = before === undefined ? undefined : (await engine.reads()) - before;
    return {
      ...(await node.child.ask('blocked')),
      ...(reads !== undefined && { reads, readsPerChannel: reads / count }),
      elapsed: elapsed / 1e9,
      cpu: cpu / connections,
      busy: busy / connections,
    };
  });
