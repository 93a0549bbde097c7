// The request that a reverse proxy asks about, as it describes it in headers.
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '@verity/protocol/faults';

export interface SiteRequest {
  origin: string;
  /** With its port, when that is no default one. */
  host: string;
  method: string;
  /** Path and query. */
  path: string;
}

/**
 * Reads X-Forwarded-{Proto,Host,Uri,Method} (Traefik, Caddy), X-Original-{URI,Method} (nginx) or X-Original-URL.
 * Throws `not-allowed` when something is missing: what is not known is not let through.
 */
export function siteRequest(headers: IncomingHttpHeaders): SiteRequest {
  const first = (name: string): string => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value)?.split(',', 1)[0]?.trim() ?? '';
  };
  /** An address may hold commas. */
  const whole = (name: string): string => String(headers[name] ?? '');
  const full = parsed(whole('x-original-url'));
  const proto = full?.protocol.replace(':', '') ?? first('x-forwarded-proto');
  const host = full?.host ?? first('x-forwarded-host');
  const path =
    (full && full.pathname + full.search) || whole('x-original-uri') || whole('x-forwarded-uri');
  const method = first('x-original-method') || first('x-forwarded-method');
  const site =
    /^https?$/.test(proto) && /^[^/\\?#@\s]+$/.test(host) && parsed(`${proto}://${host}`);
  if (!site || !path.startsWith('/') || !/^[A-Z]{3,10}$/.test(method)) {
    throw new Fault('not-allowed', 'The proxy does not say which request it asks about.', {
      fix: 'Have it set X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Uri and X-Forwarded-Method on every request.',
    });
  }
  return { origin: site.origin, host: site.host, method, path };
}

const parsed = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
