// The declared routes beside their handlers: exactly one each, most specific path first.
import { ROUTES, type RouteKey } from '@verity/protocol/routes';
import type { Route } from '@verity/protocol/route';
import type { Handlers } from './handler';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface ServedRoute {
  key: RouteKey;
  method: Method;
  path: string;
  route: Route;
  handle: (input: unknown, call: unknown) => Promise<unknown>;
}

/** Joins routes and handlers. Throws with every route that has no handler or two, and every handler without a route. */
export function serveRoutes(tables: readonly Partial<Handlers>[]): ServedRoute[] {
  const handlers = new Map<string, ServedRoute['handle']>();
  const wrong: string[] = [];
  for (const [key, handle] of tables.flatMap((table) => Object.entries(table))) {
    if (handlers.has(key)) wrong.push(`${key} has two handlers`);
    if (!(key in ROUTES)) wrong.push(`${key} is not declared`);
    handlers.set(key, handle as ServedRoute['handle']);
  }
  const served: ServedRoute[] = [];
  for (const [key, route] of Object.entries(ROUTES) as [RouteKey, Route][]) {
    const handle = handlers.get(key);
    const [method, path] = key.split(' ') as [string, string];
    if (handle) {
      served.push({ key, method: method.toLowerCase() as Method, path, route, handle });
    } else {
      wrong.push(`${key} has no handler`);
    }
  }
  if (wrong.length > 0) throw new Error(`Routes and handlers do not match: ${wrong.join('; ')}.`);
  return served.sort((a, b) => (specificity(a.path) < specificity(b.path) ? -1 : 1));
}

/** Compared by code point, it sorts a word before a parameter at the same place, so that `/sessions/export` is not taken for an id. */
const specificity = (path: string): string => path.replaceAll('/:', '/~');
