'use strict';

/** Answers a scrape in Express, Fastify and `node:http`. */

const { contentType, metricsText } = require('./prometheus.js');

function metricsHandler() {
  /**
   * @param {unknown} _request
   * @param {any} response a response of Node.js, or a reply of Fastify
   */
  return (_request, response) => {
    const body = metricsText();
    if (typeof response.send === 'function' && response.raw) {
      return response.header('Content-Type', contentType).send(body);
    }
    response.setHeader('Content-Type', contentType);
    response.end(body);
  };
}

module.exports = { metricsHandler };
