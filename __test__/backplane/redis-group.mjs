// Groups of Redis servers: with a sentinel, or as a cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/free-port.mjs';
import { until } from '../support/until.mjs';
import { RedisServer, redisProgram } from './redis-server.mjs';

/** The name of the master. */
export const MASTER = 'main';

/** Starts a master, a replica that is up to date, and a sentinel. */
export async function startSentinel(t) {
  const master = await RedisServer.start(t);
  const replica = await RedisServer.start(t, ['--replicaof', '127.0.0.1', master.port]);
  const isSame = async () => /master_link_status:up/.test(await replica.command('INFO'));
  await until(isSame, 'the replica');

  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-sentinel-'));
  const port = await freePort();
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${MASTER} 500`,
    `sentinel failover-timeout ${MASTER} 2000`,
  ];
  const file = path.join(folder, 'sentinel.conf');
  writeFileSync(file, `${settings.join('\n')}\n`);
  const child = spawn(redisProgram, [file, '--sentinel'], { stdio: 'ignore' });
  t.after(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = (...words) => RedisServer.ask(port, 'SENTINEL', ...words);
  const knowsReplica = async () => /num-slaves\r\n\$1\r\n1/.test(await ask('MASTER', MASTER));
  await until(() => knowsReplica().catch(() => false), 'the sentinel');
  return { master, replica, node: `127.0.0.1:${port}` };
}

/** Starts three masters, each with a third of the slots. */
export async function startCluster(t) {
  const options = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'];
  const timeout = ['--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no'];
  const servers = [];
  const buses = [];
  for (let count = 0; count < 3; count += 1) {
    // The default is the port plus 10,000, which may be out of range.
    const bus = await freePort();
    buses.push(bus);
    servers.push(await RedisServer.start(t, [...options, ...timeout, '--cluster-port', bus]));
  }
  const [first, ...others] = servers;
  const third = Math.ceil(16384 / 3);
  for (const [index, server] of servers.entries()) {
    const slots = [index * third, Math.min((index + 1) * third, 16384) - 1];
    await server.command('CLUSTER', 'ADDSLOTSRANGE', ...slots);
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  for (const server of others) {
    await server.command('CLUSTER', 'MEET', '127.0.0.1', first.port, buses[0]);
  }
  await agree(servers);
  return servers;
}

/** Waits until every server knows the other servers and all slots. */
export async function agree(servers) {
  const knows = async (server) => {
    const info = await server.command('CLUSTER', 'INFO');
    return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info);
  };
  await until(async () => (await Promise.all(servers.map(knows))).every(Boolean), 'the cluster');
}

/** The server that owns the slot of a key. */
export async function ownerOf(servers, key) {
  for (const server of servers) {
    if (await server.command('EXISTS', key).then(Boolean, () => false)) return server;
  }
  throw new Error(`no server has the slot of ${key}`);
}
