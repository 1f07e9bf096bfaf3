'use strict';

/** The metrics as observable instruments of an OpenTelemetry meter. */

/** @import { MeterProvider } from '@opentelemetry/api' */

const { SluiceError } = require('../../core/error.js');
const { metrics } = require('../../core/hub.js');
const { families } = require('./families.js');

/** @param {MeterProvider} [meterProvider] */
function observeMetrics(meterProvider = globalProvider()) {
  if (typeof meterProvider?.getMeter !== 'function') {
    throw new SluiceError(
      'ERR_SSE_OPTION',
      '`meterProvider` must have a getMeter() method: pass an OpenTelemetry MeterProvider',
    );
  }
  const meter = meterProvider.getMeter('sluice', require('../../../package.json').version);
  const instruments = families.map(({ name, type, unit, help }) => {
    const options = { unit, description: help };
    return type === 'counter'
      ? meter.createObservableCounter(name, options)
      : meter.createObservableGauge(name, options);
  });
  /** @type {import('@opentelemetry/api').BatchObservableCallback} */
  const observe = (result) => {
    // One snapshot per collection, so its values are consistent.
    const snapshot = metrics();
    for (const [index, family] of families.entries()) {
      for (const [value, labels] of family.read(snapshot)) {
        result.observe(instruments[index], value, labels);
      }
    }
  };
  meter.addBatchObservableCallback(observe, instruments);
  return () => meter.removeBatchObservableCallback(observe, instruments);
}

/** @returns {MeterProvider} */
function globalProvider() {
  try {
    return require('@opentelemetry/api').metrics.getMeterProvider();
  } catch (cause) {
    if (/** @type {NodeJS.ErrnoException} */ (cause).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new SluiceError(
      'ERR_SSE_OPTION',
      '@opentelemetry/api is not installed: run `npm install @opentelemetry/api`, or pass a ' +
        'MeterProvider',
    );
  }
}

module.exports = { observeMetrics };
