// The case of events per second through an engine, by the number of processes that receive them.
import { byEngine, engines, overEngines, titles } from '../backplane/engines.mjs';
import { startAll, withSite } from '../backplane/site.mjs';
import { grouped } from '../format.mjs';
import { channels } from '../servers.mjs';
import { deliver, medianOf } from '../stage.mjs';

export const group = 'backplane';
export const needs = Object.values(engines);
export const servers = ['sluice'];

export const full = { rounds: 3, events: 20_000, times: 3 };
export const quick = { rounds: 1, events: 5_000, times: 1 };

export const conditions = ({ events, times }) =>
  `rate: ${grouped(events)} events of 140 bytes as fast as one process can send them` +
  (times > 1 ? `, median of ${times} times` : '');

const PROCESSES = [1, 2, 4];

async function measure(engine, { events, times }) {
  const figures = {};
  for (const count of PROCESSES) {
    figures[count] = await withSite(engine, async (site) => {
      const [{ child }] = await startAll(site, count, 1, channels.command, { channels: 1 });
      const stage = { server: child, load: site.load };
      await deliver(stage, events, 0);
      return medianOf(times, async () => {
        const { span } = await deliver(stage, events, 0);
        return events / (span / 1e9);
      });
    });
  }
  return figures;
}

export const run = overEngines(measure);

export function tables({ of, cell, table }) {
  const rows = PROCESSES.map((count) => [count, `into ${count} process${count > 1 ? 'es' : ''}`]);
  return [table(['events per second', ...titles], byEngine(of, cell, rows))];
}
