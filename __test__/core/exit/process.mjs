// A process that ends at the given moment, in its main thread or a worker. The argument is JSON.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Site } from './site.mjs';

const given = isMainThread ? JSON.parse(process.argv[2]) : workerData;

function startWorker() {
  const worker = new Worker(new URL(import.meta.url), { workerData: given });
  worker.on('message', (words) => {
    if (words === 'terminate') worker.terminate();
    else if (words === 'exit') process.exit(given.code);
    else console.log(words);
  });
  worker.on('exit', (code) => {
    if (given.way === 'exit') process.exitCode = code;
    console.log('the worker has ended');
  });
}

async function serve() {
  const tell = isMainThread ? console.log : (words) => parentPort.postMessage(words);
  const site = new Site(given, tell);
  // The application may use the core until the process exits.
  if (given.speaksLast) {
    process.on('exit', () => {
      site.publish(1);
      for (const connection of site.connections) connection.end();
    });
  }
  await site.run();
}

if (isMainThread && given.worker) startWorker();
else await serve();
