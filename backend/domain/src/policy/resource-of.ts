// Which resource of the policy a request asks for: the most particular one that fits host, path and method.
import {
  SENSITIVITIES,
  type PolicyDraft,
  type Resource,
  type Sensitivity,
} from '@verity/protocol/policy/schemas';
import type { Facts } from './decide';

export interface Asked {
  /** Host header of a protected application; null for the platform's own routes. */
  host: string | null;
  method: string;
  /** As the request line has it; a query is left aside. */
  path: string;
}

/**
 * The resource with the longest prefix that fits; of two equal ones the one that names methods. Null when none fits.
 * Paths are compared as a server would read them: percent-encoding undone, dots and doubled slashes resolved.
 */
export function resourceOf(
  { resources }: Pick<PolicyDraft, 'resources'>,
  { host, method, path }: Asked,
): Resource | null {
  if (resources.length === 0) return null;
  const asked = { host: host?.toLowerCase() ?? null, method: method.toUpperCase() };
  const place = plainPath(path);
  let best: Resource | null = null;
  for (const resource of resources) {
    if ((resource.host ?? null) !== asked.host) continue;
    if (resource.methods && !(resource.methods as string[]).includes(asked.method)) continue;
    if (!isUnder(place, resource.path_prefix)) continue;
    if (!best || isMoreParticular(resource, best)) best = resource;
  }
  return best;
}

/** What a decision is asked about: a resource may want more care than its door declares, never less. */
export function askedOf(
  policy: Pick<PolicyDraft, 'resources'>,
  asked: Asked,
  declared: Sensitivity,
): NonNullable<Facts['resource']> {
  const named = resourceOf(policy, asked);
  if (!named) return { sensitivity: declared };
  return { id: named.id, sensitivity: stricter(named.sensitivity, declared) };
}

const stricter = (a: Sensitivity, b: Sensitivity): Sensitivity =>
  SENSITIVITIES.indexOf(a) >= SENSITIVITIES.indexOf(b) ? a : b;

const withoutEnd = (prefix: string): string => prefix.replace(/\/+$/, '');

function isUnder(path: string, prefix: string): boolean {
  const base = withoutEnd(prefix);
  return path === base || path.startsWith(`${base}/`);
}

function isMoreParticular(one: Resource, other: Resource): boolean {
  const longer = withoutEnd(one.path_prefix).length - withoutEnd(other.path_prefix).length;
  if (longer !== 0) return longer > 0;
  return one.methods !== undefined && other.methods === undefined;
}

/** RFC 3986 6.2.2: what two spellings of one path have in common. Always begins with a slash. */
export function plainPath(path: string): string {
  const kept: string[] = [];
  for (const segment of decoded(path.split(/[?#]/, 1)[0] ?? '').split(/[/\\]+/)) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** What is no valid encoding is compared as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
