#!/usr/bin/env node
'use strict';

/** The command `sluice`. */

const { doctor } = require('../lib/doctor/command.js');

const USAGE = `Usage: sluice doctor URL [options]

Opens an event stream as a browser does, and reports problems between here and the server.

  --wait SECONDS   how long to watch the stream (default: 20)
  --direct URL     the same stream without the proxy, to compare when events arrive
  --origin ORIGIN  check that pages of this origin may read it (CORS)
  --header LINE    send a header, such as "Cookie: session=…"; may be repeated
  --json           print the findings as JSON

Exits with 1 if there are problems, and with 2 if the command line is invalid.`;

async function main([command, ...args]) {
  if (command === 'doctor') return doctor(args, USAGE);
  console.error(USAGE);
  return command === '--help' || command === '-h' ? 0 : 2;
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
