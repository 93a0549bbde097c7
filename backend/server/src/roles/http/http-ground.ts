// What the subjects of the HTTP role share above the ground: who is let in, the life of sessions, the decision point.
import { createPasswordHasher } from '@verity/adapters/crypto/password';
import { createSiteSessions } from '@verity/adapters/redis/site-sessions';
import type { ApplicationDirectory } from '@verity/domain/applications/directory';
import { activityNotes } from '@verity/domain/identity/activity';
import { apiKeyring } from '@verity/domain/identity/api-keys';
import { links } from '@verity/domain/identity/links';
import { notices } from '@verity/domain/identity/notices';
import type { Vault } from '@verity/domain/identity/ports';
import { followPolicy } from '../../pipeline/policy-in-force';
import { requestNotes } from '../../pipeline/request-notes';
import { requestContexts } from '../../routes/request-context';
import type { Herald } from '../../socket/announcer';
import { decideRequest } from '../../routes/decide-request';
import { openAudit } from '../audit';
import { lifeOver, type Ground } from '../ground';
import type { Jobs } from '../jobs';
import { learningOver } from '../learning';
import { openDesk } from './jobs';
import type { Passes } from './passes';

export type HttpGround = Awaited<ReturnType<typeof openHttpGround>>;

export async function openHttpGround(
  ground: Ground,
  given: {
    vault: Vault;
    passes: Passes;
    directory: ApplicationDirectory;
    herald: Herald;
    jobs: Jobs;
  },
) {
  const { config, stores, redis, log, clock, newId, journal, tokens } = ground;
  const { passes, herald } = given;
  const policy = await followPolicy({ policies: stores.policies, log });
  ground.shutdown.on('close', 'policy', () => policy.stop());
  const life = lifeOver(ground, herald);
  const passwords = await createPasswordHasher();
  const record = journal.record;
  const notes = requestNotes({ ...stores, newId });

  return {
    ...ground,
    ...(await openDesk(ground, given.jobs)),
    audit: await openAudit(ground),
    vault: given.vault,
    access: passes.access,
    verifyAccess: passes.verifyAccess,
    directory: given.directory,
    herald,
    policy,
    life,
    passwords,
    record,
    notes,
    tell: notices({ ...ground, notifications: stores.notifications, announce: herald.announce }),
    keyring: apiKeyring({ apiKeys: stores.apiKeys, tokens, record, clock, newId }),
    activity: activityNotes(stores.sessions, clock),
    links: links({ ...stores, tokens, passwords, clock, newId, publicUrl: config.PUBLIC_URL }),
    learning: learningOver(ground),
    siteSessions: createSiteSessions(redis),
    contexts: requestContexts({
      ...ground,
      decide: decideRequest({ standing: policy.standing, notes, clock }),
      onLost: (err) => log.warn({ err }, 'the context of a request could not be kept'),
    }),
  };
}
