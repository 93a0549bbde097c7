// docs/api/faults.md: every code that an error can carry, its status, and where it can happen.
import { FAULTS, type FaultCode } from '@verity/protocol/faults';
import { openApi, responseOf } from '@verity/server/http/openapi';

export function faultsDocument(): string {
  const routes = routesByCode();
  const rows = (Object.keys(FAULTS) as FaultCode[]).map((code) => {
    const { status, title } = FAULTS[code];
    return `| \`${code}\` | ${status} | ${title} | ${whereOf(code, routes)} |`;
  });
  return `<!-- Written by \`npm run generate\` from backend/protocol/src/faults.ts. -->

# Errors

Every error is a problem of RFC 9457: \`application/problem+json\` over HTTP, the \`problem\` of an
acknowledgement over sockets. \`type\` is \`urn:verity:fault:\` and the code; \`detail\` says what is wrong,
\`fix\` how to mend it, \`issues\` which parts of the input do not fit (\`path\` is a JSON Pointer),
\`retry_after\` how many seconds to wait, \`acr_values\` what a step-up must reach (RFC 9470), \`instance\` the
id of the request, which the log has too.

| code | status | meaning | where |
|---|---|---|---|
${rows.join('\n')}
`;
}

/** What no route declares: doors have it of themselves. */
const AT_THE_DOOR: Partial<Record<FaultCode, string>> = {
  'method-not-allowed': 'any address',
  duplicate: '`behavioral_data`',
  replayed: '`behavioral_data`',
  'out-of-order': '`behavioral_data`',
  'from-the-future': '`behavioral_data`',
  'too-late': '`behavioral_data`',
};

/** More routes than these are not named one by one. */
const NAMED = 6;

function whereOf(code: FaultCode, routes: Map<FaultCode, string[]>): string {
  const known = routes.get(code);
  if (!known) return AT_THE_DOOR[code] ?? '';
  return known.length <= NAMED ? known.join('<br>') : `${known.length} routes`;
}

function routesByCode(): Map<FaultCode, string[]> {
  const routes = new Map<FaultCode, string[]>();
  const document = openApi('');
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const codes = Object.values(operation.responses).flatMap(
        (each) => responseOf(document, each)['x-codes'] ?? [],
      );
      for (const code of codes) {
        const address = `\`${method.toUpperCase()} ${path}\``;
        routes.set(code, [...(routes.get(code) ?? []), address]);
      }
    }
  }
  return routes;
}
