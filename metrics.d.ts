/** sluice/metrics: exports `metrics()` to Prometheus and OpenTelemetry. */
import type { IncomingMessage, ServerResponse } from 'node:http';
// @ts-ignore: the package may not be installed; then the type is `any`
import type { MeterProvider } from '@opentelemetry/api';

/** The content type of {@link metricsText}: the Prometheus text format 0.0.4. */
export const contentType: string;

/**
 * Returns the metrics of this process, or of this worker thread, in the Prometheus text format
 * 0.0.4.
 *
 * All names begin with `sluice_`. Names of counters end in `_total`.
 *
 * @example
 * ```ts
 * import { contentType, metricsText } from 'sluice/metrics';
 *
 * app.get('/metrics', (_req, res) => {
 *   res.set('Content-Type', contentType).send(metricsText());
 * });
 * ```
 */
export function metricsText(): string;

/**
 * Returns a handler that answers a scrape. It works with Express and Fastify, and as a request
 * listener of `node:http`. Metrics are not public: serve them on a port, or behind a check, that
 * admits only your monitoring.
 *
 * @example
 * ```ts
 * import { metricsHandler } from 'sluice/metrics';
 *
 * app.get('/metrics', metricsHandler());
 * ```
 */
export function metricsHandler(): (
  request: IncomingMessage | { raw: unknown },
  response: ServerResponse | { raw: unknown; header: unknown; send: unknown },
) => void;

/**
 * Reports the metrics to OpenTelemetry, as observable instruments of a meter named `sluice`.
 * Instruments are read at each collection. The names are those of Prometheus, with dots and without
 * `_total`. Returns a function that stops reporting.
 *
 * @param meterProvider Default: the global one of `@opentelemetry/api`, an optional peer.
 * @throws `ERR_SSE_OPTION` if `meterProvider` is not a meter provider, or if there is neither an
 * argument nor the package `@opentelemetry/api`.
 *
 * @example
 * ```ts
 * import { observeMetrics } from 'sluice/metrics';
 *
 * const stop = observeMetrics();
 * process.once('SIGTERM', stop);
 * ```
 */
export function observeMetrics(meterProvider?: MeterProvider): () => void;
