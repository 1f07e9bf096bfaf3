// The case of clients that reconnect to a process without their history.
import { byEngine, engines, overEngines, titles } from '../backplane/engines.mjs';
import { withSite } from '../backplane/site.mjs';
import { grouped } from '../format.mjs';
import { comeBack } from '../returning.mjs';
import { channels } from '../servers.mjs';

export const group = 'backplane';
export const needs = Object.values(engines);
export const servers = ['sluice'];

const both = { channels: 100, missed: [1000, 800, 500] };
export const full = { rounds: 3, connections: 10_000, kept: 30_000, ...both };
export const quick = { rounds: 1, connections: 1_000, kept: 3_000, ...both };

export const conditions = ({ connections, channels, kept, missed }) =>
  `arrivals: ${grouped(connections)} clients of 1 to ${channels} channels come back to a new ` +
  `process; the channels have sent ${grouped(kept + Math.max(...missed))} events, ` +
  `of which the clients missed the last ${missed.join(', ')}`;

const measure = (name, { connections, channels: count, kept, missed }) =>
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

export const run = overEngines(measure);

const ROWS = [
  ['reads', 'ranges read from the engine'],
  ['elapsed', 'until every client has all that it missed, s'],
  ['turn', 'the longest turn of the event loop, ms of CPU time'],
  ['delay', 'the longest delay of a timer of 1 ms, ms'],
  ['busy', 'JavaScript thread, µs per client'],
  ['cpu', 'CPU, µs per client'],
];

export const tables = ({ of, size, cell, table }) => [
  table(
    [`${grouped(size.connections)} clients come back to a new process`, ...titles],
    byEngine(of, cell, ROWS),
  ),
];

export const targets = [
  {
    text: 'ranges that Redis is asked for, for each channel of clients that come back',
    figure: (of) => of('sluice', 'redis readsPerChannel'),
    most: 1,
  },
];
