'use strict';

/** The metrics in Prometheus's text format 0.0.4. */

/** @import { Family, Labels } from './families.js' */

const { metrics } = require('../../core/hub.js');
const { families } = require('./families.js');

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

function metricsText() {
  const snapshot = metrics();
  return families.map((family) => block(family, family.read(snapshot))).join('');
}

/** @param {Family} family */
const prometheusName = ({ name, type }) =>
  name.replaceAll('.', '_') + (type === 'counter' ? '_total' : '');

/**
 * @param {Family} family
 * @param {[number, Labels?][]} samples
 */
function block(family, samples) {
  const name = prometheusName(family);
  const lines = samples.map(([value, labels]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n${lines.join('')}`;
}

/**
 * Labels are the core's names of transports, reasons and results: none needs escaping.
 * @param {Labels | undefined} labels
 */
function labelText(labels) {
  if (!labels) return '';
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return `{${pairs.join(',')}}`;
}

module.exports = { contentType, metricsText, prometheusName };
