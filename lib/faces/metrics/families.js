'use strict';

/** The metrics for monitoring systems: their names, units and help, in one table. */

/** @import { Metrics } from '../../../index.js' */

/** @typedef {Record<string, string>} Labels */
/**
 * @typedef {object} Family
 * @property {string} name with dots, without a unit's suffix; Prometheus gets underscores
 * @property {'counter' | 'gauge'} type
 * @property {string} unit in UCUM, as OpenTelemetry requires
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
    help: 'Events that a client had not received when it closed.',
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
    help: 'Bytes in histories.',
    read: ({ history }) => [[history.bytes]],
  },
  {
    name: 'sluice.history.resumes',
    type: 'counter',
    unit: '{resume}',
    help: 'Resumes of clients on a channel: without loss (hit) or with a gap (miss).',
    read: ({ history }) => labelled('result', { hit: history.hits, miss: history.misses }),
  },
  {
    name: 'sluice.history.replayed.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events replayed to clients, including those of a current state.',
    read: ({ history }) => [[history.replayed]],
  },
  {
    name: 'sluice.backplane.published.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events that the engines of backplanes have accepted.',
    read: ({ backplanes }) => [[backplanes.published]],
  },
  {
    name: 'sluice.backplane.delivered.events',
    type: 'counter',
    unit: '{event}',
    help: 'Events that engines have delivered to channels of this process.',
    read: ({ backplanes }) => [[backplanes.delivered]],
  },
  {
    name: 'sluice.backplane.filled.events',
    type: 'counter',
    unit: '{event}',
    help: 'Delivered events that were missed at first and read from a log.',
    read: ({ backplanes }) => [[backplanes.filled]],
  },
  {
    name: 'sluice.backplane.connects',
    type: 'counter',
    unit: '{connect}',
    help: 'Successful connects to engines.',
    read: ({ backplanes }) => [[backplanes.connects]],
  },
  {
    name: 'sluice.backplane.queued.bytes',
    type: 'gauge',
    unit: 'By',
    help: 'Bytes queued for engines.',
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
