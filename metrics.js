const { metricsHandler } = require('./lib/faces/metrics/handler.js');
const { observeMetrics } = require('./lib/faces/metrics/open-telemetry.js');
const { contentType, metricsText } = require('./lib/faces/metrics/prometheus.js');

module.exports = { contentType, metricsHandler, metricsText, observeMetrics };
