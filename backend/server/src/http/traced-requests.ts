// A span for each HTTP request, named after its declared route.
import type { RequestHandler } from 'express';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';

/**
 * `trustParent`: continue the trace that a proxy in front has begun. Anybody can send a `traceparent`, so without a
 * proxy each request begins its own and the sampler decides.
 */
export function tracedRequests(tracer: Tracer, trustParent: boolean): RequestHandler {
  return (req, res, next) => {
    const given = trustParent ? req.headers.traceparent : undefined;
    const span = tracer.start(req.method, {
      kind: 'server',
      parent: typeof given === 'string' ? given : undefined,
    });
    res.once('close', () => {
      const { statusCode, locals } = res;
      const route = typeof locals.route === 'string' ? locals.route : req.method;
      span.rename(route, {
        'http.request.method': req.method,
        'http.route': route.slice(route.indexOf(' ') + 1),
        'http.response.status_code': statusCode,
      });
      span.end(statusCode >= 500 ? String(statusCode) : undefined);
    });
    span.run(next);
  };
}
