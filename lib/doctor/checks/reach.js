'use strict';

/** Checks whether the server answers. */

/** @import { Check } from '../examine.js' */

/** @type {Record<string, string>} */
const FIXES = {
  ECONNREFUSED: 'Start the server, or check the port.',
  ENOTFOUND: 'Check the host name.',
  ECONNRESET: 'Check the proxies between here and the server: the connection was closed.',
};

/** @type {Check} */
function reach({ recording: { status, error, watched }, direct }) {
  if (status !== undefined) return undefined;
  if (error) {
    const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(error.code ?? '');
    const fix = isCertificate
      ? 'Use a certificate that browsers trust, or set NODE_EXTRA_CA_CERTS for your own authority.'
      : FIXES[error.code ?? ''];
    return {
      level: 'problem',
      message: `no answer: ${error.message || error.code}`,
      ...(fix && { fix: [fix] }),
    };
  }
  return {
    level: 'problem',
    message: `no response head after ${Math.round(watched / 1000)} s`,
    fix: [
      direct?.status === undefined
        ? 'The server sends the head with its first event, or a proxy holds it back.'
        : 'The server itself has answered: a proxy holds the head back.',
      'Server: send the head at once, as sluice does.',
      'nginx: proxy_buffering off;',
    ],
  };
}

module.exports = { reach };
