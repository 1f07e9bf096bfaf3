// Plays seeds, then sends the counts, or the seed that failed.
import { parentPort, workerData } from 'node:worker_threads';
import { run } from './run.mjs';

const counts = { visits: 0, events: 0, gaps: 0, replays: 0, cuts: 0, primers: 0 };
let failed;
for (const seed of workerData.seeds) {
  try {
    await run(seed, counts);
  } catch (error) {
    failed = `seed ${seed}: ${error.stack}`;
    break;
  }
}
parentPort.postMessage({ counts, failed });
