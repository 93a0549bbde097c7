// Everything that is generated, made of the declarations and formatted as the rest of the project.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { openApi } from '@verity/server/http/openapi';
import { projectRoot } from '../bundle.mjs';
import { auditAnchorCode } from './contracts';
import { eventsDocument } from './events-document';
import { faultsDocument } from './faults-document';
import { taskDocuments } from './tasks';

/** Text by path from the root. */
export async function documents(): Promise<Record<string, string>> {
  const manifest = readFileSync(join(projectRoot, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const made = {
    'docs/api/openapi.json': JSON.stringify(openApi(version)),
    'docs/api/events.md': eventsDocument(),
    'docs/api/faults.md': faultsDocument(),
    'backend/adapters/src/chain/audit-anchor.generated.ts': auditAnchorCode(),
    ...(await taskDocuments()),
  };
  const formatted = Object.entries(made).map(async ([path, text]) => {
    const filepath = join(projectRoot, path);
    return [path, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return Object.fromEntries(await Promise.all(formatted));
}
