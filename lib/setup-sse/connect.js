'use strict';

/** @import { BrokerClient } from '../broker/broker-client.js' */
/** @import { SSEBroker } from '../broker/broker.js' */
/** @import { Connection } from '../connection.js' */
/** @import { SetupOptions } from './options.js' */
/** @import { Exchange, Handler } from './routes.js' */

const { kConnectionOptions, kGreet } = require('../broker/broker.js');
const { SluiceError } = require('../error.js');
const { Refusal } = require('./refusal.js');

/**
 * `GET /connect`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function connecting(broker, { identify }) {
  /** @param {Exchange} exchange */
  const open = async (exchange) => {
    const { id, metadata } = (await identify?.(exchange.request)) ?? {};
    if (exchange.over) return;
    // The head is all that HEAD gets, which makes it nobody's stream.
    const isStream = exchange.method !== 'HEAD';
    exchange.open(broker[kConnectionOptions], (connection) => {
      if (isStream) register(broker, connection, { id, metadata });
    });
  };
  return async (exchange) => {
    try {
      await open(exchange);
    } catch (error) {
      // A client of HTTP/1.1 that waited for earlier answers may have left without a sign.
      if (/** @type {any} */ (error)?.code !== 'ERR_SSE_GONE') throw forFramework(error);
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

/**
 * Why a stream did not open. An error with a status that says that it is the client's is meant for it; of any other the client is to
 * learn nothing, and the framework's error handler all.
 * @param {any} error
 */
function forFramework(error) {
  if (error?.code === 'ERR_SSE_BROKER_CLOSED') {
    return new Refusal(503, error.code, 'the server is closing');
  }
  const status = error?.status ?? error?.statusCode;
  if (status >= 400 && status < 500) return error;
  const failure = new SluiceError(
    'ERR_SSE_CONNECT',
    'the client could not be connected: see the cause',
  );
  failure.cause = error;
  return failure;
}

module.exports = { connecting };
