import { type Route, sendText } from '../web/http-server.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

/** Each scrape needs a database query. The result is reused for this long, however many scrapes there are. */
const METRICS_KEPT_MS = 1_000;

/** The routes for a load balancer, an orchestrator and Prometheus. None of them names a workspace or an address. */
export function createHealthRoutes(deps: {
  readiness: Readiness;
  metrics: Pick<Metrics, 'render'>;
  /** Throws if the database can't be written. */
  checkDatabase(): Promise<void>;
}): Record<string, Route> {
  let metrics: ReturnType<Metrics['render']> | undefined;

  return {
    'GET /healthz': (_request, response) => sendText(response, 200, 'alive'),
    'GET /readyz': async (_request, response) => {
      const reasons = deps.readiness.reasons();
      await deps.checkDatabase().catch(() => reasons.push('the database is not writable'));
      sendText(response, reasons.length === 0 ? 200 : 503, reasons.length === 0 ? 'ready' : reasons.join('; '));
    },
    'GET /metrics': async (_request, response) => {
      const { contentType, text } = await renderMetrics();
      response.writeHead(200, { 'content-type': contentType }).end(text);
    },
  };
  function renderMetrics(): ReturnType<Metrics['render']> {
    metrics ??= deps.metrics.render().finally(() => setTimeout(forgetMetrics, METRICS_KEPT_MS).unref());
    return metrics;
  }

  function forgetMetrics(): void {
    metrics = undefined;
  }
}
