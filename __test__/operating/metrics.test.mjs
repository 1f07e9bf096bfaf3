// Tests the metrics for Prometheus and OpenTelemetry with a parser and the official SDK.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { metrics as api } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import express from 'express';
import fastify from 'fastify';
import parse from 'parse-prometheus-text-format';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { contentType, metricsHandler, metricsText, observeMetrics } = require('../../metrics.js');

/** Every number of an object, at any depth. */
const numbers = (value) =>
  typeof value === 'number' ? [value] : Object.values(value).flatMap(numbers);
const byName = () => new Map(parse(metricsText()).map((family) => [family.name, family]));
const figure = (name, labels = {}) => {
  const found = byName()
    .get(name)
    .metrics.find((metric) =>
      Object.keys(labels).every((key) => metric.labels[key] === labels[key]),
    );
  return Number(found.value);
};

/** Opens one stream, sends an event to it and waits until it has arrived. */
async function oneStream(t) {
  const channel = new sluice.Channel();
  const server = http.createServer((req, res) => channel.add(new sluice.Connection(req, res)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  client.on('error', () => {});
  t.after(() => {
    client.destroy();
    server.close();
  });
  let text = '';
  client.on('response', (response) => {
    response.on('error', () => {});
    response.on('data', (chunk) => {
      text += chunk;
    });
  });
  await until(() => channel.count() === 1, 'the client to join');
  channel.send({ data: 'hello' });
  await until(() => text.includes('hello'), 'the event');
  return client;
}

test('every figure of metrics() has a name, help and a type', () => {
  const families = parse(metricsText());
  const samples = families.flatMap(({ metrics }) => metrics);
  assert.equal(samples.length, numbers(sluice.metrics()).length);
  for (const { name, help, type } of families) {
    assert.match(name, /^sluice_[a-z_]+$/);
    assert.ok(help.length > 0, name);
    assert.equal(type, name.endsWith('_total') ? 'COUNTER' : 'GAUGE', name);
  }
});

test('the text shows the events of a stream', SOON, async (t) => {
  const before = figure('sluice_closes_total', { reason: 'client' });
  const events = figure('sluice_events_total');
  const client = await oneStream(t);
  assert.equal(figure('sluice_connections', { transport: 'native' }), 1);
  assert.equal(figure('sluice_channels'), 1);
  assert.ok(figure('sluice_events_total') > events);
  assert.ok(figure('sluice_sent_bytes_total') > 0);
  client.destroy();
  const closed = () => figure('sluice_closes_total', { reason: 'client' }) === before + 1;
  await until(closed, 'the close to be counted');
});

test('one handler works in Express, Fastify and node:http', SOON, async (t) => {
  const app = express();
  app.get('/metrics', metricsHandler());
  const plugins = fastify();
  plugins.get('/metrics', metricsHandler());
  t.after(() => plugins.close());
  const origins = [await plugins.listen({ port: 0, host: '127.0.0.1' })];
  for (const listener of [app, metricsHandler()]) {
    const server = http.createServer(listener);
    t.after(() => server.close());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins.push(`http://127.0.0.1:${server.address().port}`);
  }
  for (const origin of origins) {
    const answer = await fetch(`${origin}/metrics`, { headers: { Connection: 'close' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), contentType);
    assert.ok(parse(await answer.text()).length > 10);
  }
});

test('OpenTelemetry collects the same figures until it is stopped', SOON, async (t) => {
  await oneStream(t);
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
  const provider = new MeterProvider({ readers: [reader] });
  t.after(() => provider.shutdown());
  const stop = observeMetrics(provider);
  const { resourceMetrics, errors } = await reader.collect();
  assert.deepEqual(errors, []);
  const [{ scope, metrics }] = resourceMetrics.scopeMetrics;
  assert.equal(scope.name, 'sluice');
  const collected = metrics.map(({ descriptor }) => descriptor.name.replaceAll('.', '_'));
  const scraped = [...byName().keys()].map((name) => name.replace(/_total$/, ''));
  assert.deepEqual(collected.sort(), scraped.sort());
  const connections = metrics.find(({ descriptor }) => descriptor.name === 'sluice.connections');
  const native = connections.dataPoints.find((point) => point.attributes.transport === 'native');
  assert.equal(native.value, sluice.metrics().connections.native);
  const encoded = ({ resourceMetrics }) =>
    resourceMetrics.scopeMetrics[0].metrics.find(
      ({ descriptor }) => descriptor.name === 'sluice.events',
    ).dataPoints[0].value;
  const before = encoded(await reader.collect());
  stop();
  new sluice.Channel().send({ data: 'unobserved' });
  assert.equal(encoded(await reader.collect()), before);
  assert.equal(figure('sluice_events_total'), before + 1);
});

test('observeMetrics() uses the global provider, and rejects a value that is not a provider', async (t) => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
  const provider = new MeterProvider({ readers: [reader] });
  api.setGlobalMeterProvider(provider);
  t.after(() => provider.shutdown());
  const stop = observeMetrics();
  const { resourceMetrics } = await reader.collect();
  assert.equal(resourceMetrics.scopeMetrics.length, 1);
  stop();
  assert.throws(() => observeMetrics({}), { code: 'ERR_SSE_OPTION', message: /getMeter/ });
});
