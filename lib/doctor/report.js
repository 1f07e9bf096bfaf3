'use strict';

/** Prints findings for a terminal. */

/** @import { Finding } from './examine.js' */

const NAMES = { ok: 'ok', note: 'note', warning: 'WARNING', problem: 'PROBLEM' };

/** @param {Finding[]} findings */
function report(findings) {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(width + 11);
  const lines = findings.flatMap(({ check, level, message, fix = [] }) => [
    `${NAMES[level].padEnd(7)}  ${check.padEnd(width)}  ${message}`,
    ...fix.map((line) => `${indent}${line}`),
  ]);
  const count = (/** @type {Finding['level']} */ wanted) =>
    findings.filter(({ level }) => level === wanted).length;
  const problems = plural(count('problem'), 'problem');
  return [...lines, '', `${problems}, ${plural(count('warning'), 'warning')}`].join('\n');
}

/** @type {(count: number, noun: string) => string} */
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

module.exports = { report };
