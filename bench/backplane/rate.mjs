// The case of events per second through an engine, by the number of processes that get them.
import { channels } from '../servers.mjs';
import { deliver, medianOf } from '../stage.mjs';
import { startAll, withSite } from './site.mjs';

export const PROCESSES = [1, 2, 4];

export async function rate(engine, { events, times }) {
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
