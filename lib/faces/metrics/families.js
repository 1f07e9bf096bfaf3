'use strict';

/** The metrics that monitoring systems get: their names, units and help, in one table. */

/** @import { Metrics } from '../../../index.js' */

/** @typedef {Record<string, string>} Labels */
/**
 * @typedef {object} Family
 * @property {string} name with dots, without a unit's suffix; Prometheus gets underscores
 * @property {'counter' | 'gauge'} type
 * @property {string} unit in UCUM, as OpenTelemetry wants it
 * @property {string} help
 * @property {(metrics: Metrics) => [value: number, labels?: Labels][]} read
 */

/** @type {Family[]} */
const families = [
  {
    name: 'sluice.connections',
    type: 'gauge',
    unit: '{connection}',
    help: 'Open connections, by transport.',
    read: ({ connections }) => labelled('transport', connections),
  },
  {
    name: 'sluice.channels',
    type: 'gauge',
    unit: '{channel}',
    help: 'Open channels, including the topics of brokers.',
    read: ({ channels }) => [[channels]],
  },
  {
    name: 'sluice.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events encoded.',
    read: ({ events }) => [[events]],
  },
  {
    name: 'sluice.deliveries',
    type: 'counter',
    unit: '{event}',
    help: 'Events sent to clients, counted once for each client.',
    read: ({ deliveries }) => [[deliveries]],
  },
  {
    name: 'sluice.sent.bytes',
    type: 'counter',
    unit: 'By',
    help: 'Bytes sent to clients.',
    read: ({ bytes }) => [[bytes]],
  },
  {
    name: 'sluice.queued.bytes',
    type: 'gauge',
    unit: 'By',
    help: 'Bytes queued for clients.',
    read: ({ queuedBytes }) => [[queuedBytes]],
  },
  {
    name: 'sluice.dropped.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events that a client did not take before it closed.',
    read: ({ drops }) => [[drops]],
  },
  {
    name: 'sluice.closes',
    type: 'counter',
    unit: '{connection}',
    help: 'Closed connections, by reason.',
    read: ({ closes }) => labelled('reason', closes),
  },
  {
    name: 'sluice.history.bytes',
    type: 'gauge',
    unit: 'By',
    help: 'Bytes that histories hold.',
    read: ({ history }) => [[history.bytes]],
  },
  {
    name: 'sluice.history.resumes',
    type: 'counter',
    unit: '{resume}',
    help: 'Returns of clients to a channel: without loss (hit) or with a gap (miss).',
    read: ({ history }) => labelled('result', { hit: history.hits, miss: history.misses }),
  },
  {
    name: 'sluice.history.replayed.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events sent again to clients, also as a current state.',
    read: ({ history }) => [[history.replayed]],
  },
  {
    name: 'sluice.backplane.published.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events that the engines of backplanes have taken.',
    read: ({ backplanes }) => [[backplanes.published]],
  },
  {
    name: 'sluice.backplane.delivered.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events that engines have brought for channels of this process.',
    read: ({ backplanes }) => [[backplanes.delivered]],
  },
  {
    name: 'sluice.backplane.filled.events',
    type: 'counter',
    unit: '{event}',
    help: 'Delivered events that were read from a log, because they were missed.',
    read: ({ backplanes }) => [[backplanes.filled]],
  },
  {
    name: 'sluice.backplane.connects',
    type: 'counter',
    unit: '{connect}',
    help: 'How often an engine was reached.',
    read: ({ backplanes }) => [[backplanes.connects]],
  },
  {
    name: 'sluice.backplane.queued.bytes',
    type: 'gauge',
    unit: 'By',
    help: 'Bytes that wait for engines.',
    read: ({ backplanes }) => [[backplanes.queuedBytes]],
  },
];

/**
 * @param {string} label
 * @param {Record<string, number>} values
 * @returns {[number, Labels][]}
 */
function labelled(label, values) {
  return Object.entries(values).map(([key, value]) => [value, { [label]: key }]);
}

module.exports = { families };
