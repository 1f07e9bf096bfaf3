// The case of connections over HTTPS, where JavaScript writes.
import { secureCase } from '../secure.mjs';

export const { servers, needs, full, quick, conditions, run, tables, targets } = secureCase(
  'https',
  'HTTPS',
);
