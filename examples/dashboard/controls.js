const express = require('express');
const { TRANSPORTS } = require('./broadcast');

const LIMITS = { clients: 8000, rate: 50, message: 200 };

class BadRequest extends Error {
  status = 400;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} most
 */
function wholeNumber(value, name, most) {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    throw new BadRequest(`${name} must be a whole number from 0 to ${most}.`);
  }
  return value;
}

/**
 * Refuses requests of other origins, which browsers mark with the header `Sec-Fetch-Site`.
 *
 * @type {express.RequestHandler}
 */
function sameOrigin(req, res, next) {
  const site = req.get('Sec-Fetch-Site') ?? 'none';
  if (site !== 'same-origin' && site !== 'none') {
    res.status(403).json({ error: 'Cross-site requests are refused.' });
    return;
  }
  next();
}

/**
 * The settings that the page can change. Each change returns all settings and appears in the feed.
 *
 * @param {object} demo
 * @param {import('./broadcast').Broadcast} demo.broadcast
 * @param {import('./load').Load} demo.load
 * @param {import('./measurement').Measurement} demo.measurement
 * @param {() => object} demo.settings
 * @param {(event: string, data: string) => void} demo.announce
 */
function controls({ broadcast, load, measurement, settings, announce }) {
  const router = express.Router();
  router.use(sameOrigin, express.json({ limit: '2kb' }));

  router.post('/clients', (req, res) => {
    load.setCount(wholeNumber(req.body?.clients, 'clients', LIMITS.clients));
    measurement.cancel();
    announce('clients', `${load.count.toLocaleString('en')} clients wanted`);
    res.json(settings());
  });

  router.post('/rate', (req, res) => {
    broadcast.setRate(wholeNumber(req.body?.rate, 'rate', LIMITS.rate));
    measurement.cancel();
    announce('rate', `${broadcast.rate} broadcasts a second`);
    res.json(settings());
  });

  router.post('/transport', (req, res) => {
    const transport = req.body?.transport;
    if (!TRANSPORTS.includes(transport)) {
      throw new BadRequest(`transport must be one of ${TRANSPORTS.join(', ')}.`);
    }
    measurement.cancel();
    if (transport !== broadcast.transport) {
      broadcast.setTransport(transport);
      announce('transport', `Clients move to ${transport}`);
    }
    res.json(settings());
  });

  router.post('/measure', (req, res) => {
    if (typeof req.body?.run !== 'boolean') {
      throw new BadRequest('run must be true or false.');
    }
    if (req.body.run) {
      measurement.start();
    } else {
      measurement.cancel();
    }
    res.json(settings());
  });

  router.post('/message', (req, res) => {
    const text = typeof req.body?.text === 'string' ? req.body.text.trim() : '';
    if (text === '' || text.length > LIMITS.message) {
      throw new BadRequest(`text must have 1 to ${LIMITS.message} characters.`);
    }
    announce('message', text);
    res.json(settings());
  });

  return router;
}

module.exports = { controls, LIMITS };
