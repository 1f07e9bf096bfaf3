// Tests that the Grafana dashboard and the guide show exactly the existing metrics.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import parse from 'parse-prometheus-text-format';

const { metricsText } = createRequire(import.meta.url)('../../metrics.js');
const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const families = parse(metricsText());
const names = families.map(({ name }) => name).sort();
const named = (text) => [...new Set(text.match(/\bsluice_[a-z_]+/g))].sort();

const dashboard = JSON.parse(read('grafana/sluice.json'));
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

test('the dashboard queries exactly the existing metrics', () => {
  assert.deepEqual(named(queries.join('\n')), names);
});

test('the dashboard reads counters as rates, and gauges as they are', () => {
  for (const query of queries) {
    const [name] = named(query);
    assert.equal(/\b(rate|increase)\(/.test(query), name.endsWith('_total'), query);
  }
});

test('the dashboard groups only by labels of the metrics', () => {
  for (const query of queries) {
    const [, label] = /\bby \((\w+)\)/.exec(query) ?? [];
    if (label === undefined || label === 'instance') continue;
    const family = families.find(({ name }) => name === named(query)[0]);
    assert.ok(
      family.metrics.every(({ labels }) => label in labels),
      query,
    );
  }
});

test('panels do not overlap, and each has a description', () => {
  const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
  assert.equal(new Set(places).size, places.length);
  for (const { title, description } of dashboard.panels) assert.ok(description, title);
});

test('the guide lists every metric', () => {
  const rows = read('docs/metrics.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  assert.deepEqual(named(rows.join('\n')), names);
});
