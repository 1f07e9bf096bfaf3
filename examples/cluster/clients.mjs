// Clients of the cluster that behave like browsers. They report their figures every second.
import { createSSEClient } from 'sluice/client';
import { Tally } from './public/tally.mjs';

const [, , origin] = process.argv;
const CLIENTS = 24;
const REPORT = 1000;

const tallies = Array.from({ length: CLIENTS }, (_none, at) => {
  const client = createSSEClient({ url: `${origin}/events`, maxRetries: 0 });
  const tally = new Tally(client);
  client.connect();
  return () => ({ name: String(at + 1), ...tally.figures });
});

setInterval(async () => {
  const body = JSON.stringify(tallies.map((figures) => figures()));
  const headers = { 'Content-Type': 'application/json' };
  // If a report fails, the next one replaces it.
  await fetch(`${origin}/clients`, { method: 'POST', headers, body }).catch(() => {});
}, REPORT);
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
