// Where an IPFS node answers: address and credentials in the URL of its Kubo RPC, and a light question whether it does.

export interface IpfsEndpoint {
  /** Ends with `/api/v0`, or the path that the URL names. */
  readonly base: URL;
  readonly headers: Record<string, string>;
}

const PATIENCE_MS = 2_000;

/** `http://name:password@host:5001`; name and password are sent as basic authorization (`API.Authorizations` of Kubo). */
export function ipfsEndpoint(url: string): IpfsEndpoint {
  const base = new URL(url);
  const { username, password } = base;
  base.username = base.password = '';
  if (base.pathname === '/') base.pathname = '/api/v0';
  if (!username && !password) return { base, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { base, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** The version of the node, asked without loading its client. Rejects when it does not answer, or not as one. */
export async function ipfsVersion(url: string, patienceMs = PATIENCE_MS): Promise<string> {
  const { base, headers } = ipfsEndpoint(url);
  const signal = AbortSignal.timeout(patienceMs);
  const reply = await fetch(`${base.href}/version`, { method: 'POST', headers, signal });
  const said = (await reply.json()) as { Version?: unknown; Message?: unknown };
  if (reply.ok && typeof said.Version === 'string') return said.Version;
  throw new Error(
    `It answers ${reply.status}${typeof said.Message === 'string' ? `: ${said.Message}` : ''}.`,
  );
}
