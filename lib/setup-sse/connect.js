'use strict';

/** @import { BrokerClient } from '../broker/broker-client.js' */
/** @import { SSEBroker } from '../broker/broker.js' */
/** @import { Connection } from '../connection.js' */
/** @import { SetupOptions } from './options.js' */
/** @import { Exchange, Handler } from './routes.js' */

const { kConnectionOptions, kGreet, kIsClosed } = require('../broker/broker.js');
const { kPingForm } = require('../connection.js');
const option = require('../option.js');
const { failure } = require('./failure.js');
const { Refusal } = require('./refusal.js');

/**
 * `GET /connect`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function connecting(broker, { identify, heartbeat, pingInterval }) {
  const own = { pingInterval, [kPingForm]: heartbeat };
  const connectionOptions = option.over(broker[kConnectionOptions], own);
  /** @param {Exchange} exchange */
  const open = async (exchange) => {
    const { id, metadata } = (await identify?.(exchange.request)) ?? {};
    if (exchange.over) return;
    // The head is all that HEAD gets, which makes it nobody's stream.
    const isStream = exchange.method !== 'HEAD';
    exchange.open(connectionOptions, (connection) => {
      if (isStream) register(broker, connection, { id, metadata });
    });
  };
  return async (exchange) => {
    try {
      await open(exchange);
    } catch (error) {
      const { code } = /** @type {any} */ (error ?? {});
      // Of the client that asks, and of this broker; the hooks may have to do with others.
      if (code === 'ERR_SSE_GONE' && exchange.over) return undefined;
      if (code === 'ERR_SSE_BROKER_CLOSED' && broker[kIsClosed]) {
        throw new Refusal(503, code, 'the server is closing');
      }
      throw failure(error, 'ERR_SSE_CONNECT', 'the client could not be connected: see the cause');
    }
    return undefined;
  };
}

/**
 * @param {SSEBroker} broker
 * @param {Connection} connection
 * @param {{ id: any, metadata: any }} who
 */
function register(broker, connection, who) {
  /** @param {BrokerClient} client */
  const greet = ({ id, secret }) => {
    connection.send({ event: 'connected', data: { clientId: id, secret } });
  };
  broker.connect(connection, { ...who, [kGreet]: greet });
}

module.exports = { connecting };
