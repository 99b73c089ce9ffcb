import { type Route, sendText } from './http-server.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

/** What a load balancer, an orchestrator and Prometheus ask for. None of them names a workspace or an address. */
export function createHealthRoutes(deps: {
  readiness: Readiness;
  metrics: Metrics;
  /** Throws where nothing can be written. */
  checkDatabase(): Promise<void>;
}): Record<string, Route> {
  return {
    'GET /healthz': (_request, response) => sendText(response, 200, 'alive'),
    'GET /readyz': async (_request, response) => {
      const reasons = deps.readiness.reasons();
      await deps.checkDatabase().catch(() => reasons.push('the database can not be written'));
      sendText(response, reasons.length === 0 ? 200 : 503, reasons.length === 0 ? 'ready' : reasons.join('; '));
    },
    'GET /metrics': async (_request, response) => {
      const { contentType, text } = await deps.metrics.render();
      response.writeHead(200, { 'content-type': contentType }).end(text);
    },
  };
}
