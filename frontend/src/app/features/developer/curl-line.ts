// The same call as a line for a shell; the key stands in a variable, so that no history and no paste shows it.
export interface TriedCall {
  method: 'GET' | 'POST';
  /** Path and query on this server. */
  path: string;
  /** JSON; sent with POST alone. */
  body: string;
}

/** One word of a POSIX shell, whatever is in the text. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function curlLine(origin: string, { method, path, body }: TriedCall): string {
  const lines = [`curl ${shellWord(origin + path)}`, `-H "Authorization: ApiKey $VERITY_KEY"`];
  if (method === 'POST') {
    lines.push(`-H 'Content-Type: application/json'`, `-d ${shellWord(body.trim() || '{}')}`);
  }
  return lines.join(' \\\n  ');
}
