// Handlers for looking after applications and their keys.
import { Fault } from '@verity/protocol/faults';
import type { Application } from '@verity/protocol/applications/schemas';
import type { applicationRoutes } from '@verity/protocol/applications/routes';
import type { Action } from '@verity/protocol/audit/schemas';
import type { ApplicationId } from '@verity/protocol/ids';
import type { ApplicationDirectory } from '@verity/domain/applications/directory';
import type { ApplicationRecord, Applications } from '@verity/domain/applications/ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { apiKeyring } from '@verity/domain/identity/api-keys';
import type { ApiKeyRecord, ApiKeys, Sessions } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { actorOf, type Call, type Handlers, type UserCaller } from '../http/handler';
import { presentApiKey } from './present';

/** Sessions that are ended at a time. */
const AT_ONCE = 50;

export interface ApplicationPorts {
  applications: Applications;
  directory: Pick<ApplicationDirectory, 'forget'>;
  apiKeys: ApiKeys;
  keyring: Pick<ReturnType<typeof apiKeyring>, 'make' | 'rotate'>;
  sessions: Pick<Sessions, 'liveOfApplication'>;
  life: Pick<SessionLife, 'end'>;
  /** Removes what else belongs to an application. */
  removeBelongings(application: ApplicationId): Promise<void>;
  journal: Journal;
  clock: Clock;
  newId: NewId;
}

export const presentApplication = (application: ApplicationRecord): Application => ({
  id: application.id,
  name: application.name,
  handle: application.handle,
  origins: application.origins,
  owner: application.owner,
  created_at: application.createdAt.toISOString(),
});

export function applicationHandlers(
  ports: ApplicationPorts,
): Pick<Handlers, keyof typeof applicationRoutes> {
  const { applications, apiKeys, directory } = ports;

  const record = (
    { caller, address }: Call<UserCaller>,
    action: Action,
    subject: string,
    details: Record<string, unknown>,
  ) =>
    ports.journal.record({
      actor: actorOf(caller),
      action,
      subject,
      outcome: 'success',
      address,
      details,
    });

  const found = (application: ApplicationRecord | null): ApplicationRecord => {
    if (application) return application;
    throw new Fault('not-found', 'There is no such application.', {
      fix: 'GET /api/v1/applications lists them.',
    });
  };

  const inForce = (key: ApiKeyRecord): boolean =>
    key.revokedAt === null && key.expiresAt > ports.clock();

  return {
    async 'GET /api/v1/applications'() {
      const all = await applications.list();
      const keys = await Promise.all(all.map(({ id }) => apiKeys.ofApplication(id)));
      const items = all.map((application, i) => ({
        ...presentApplication(application),
        keys_in_force: (keys[i] ?? []).filter(inForce).length,
      }));
      return { items };
    },

    async 'POST /api/v1/applications'({ body }, call) {
      const application: ApplicationRecord = {
        ...body,
        id: ports.newId<ApplicationId>(),
        owner: call.caller.rights.userEmail,
        createdAt: ports.clock(),
      };
      await applications.add(application);
      directory.forget();
      const { id, name, handle, origins } = application;
      await record(call, 'application.created', `application:${id}`, { name, handle, origins });
      return presentApplication(application);
    },

    async 'GET /api/v1/applications/:id'({ params }) {
      const application = found(await applications.byId(params.id));
      const keys = await apiKeys.ofApplication(params.id);
      return { application: presentApplication(application), keys: keys.map(presentApiKey) };
    },

    async 'PATCH /api/v1/applications/:id'({ params, body }, call) {
      const before = found(await applications.byId(params.id));
      const after = found(await applications.change(params.id, body));
      directory.forget();
      await record(call, 'application.changed', `application:${after.id}`, {
        name: [before.name, after.name],
        origins: [before.origins, after.origins],
      });
      return presentApplication(after);
    },

    async 'DELETE /api/v1/applications/:id'({ params, body }, call) {
      const application = found(await applications.byId(params.id));
      const by = actorOf(call.caller);
      // Keys first: nothing new may come while the rest is taken down. Doing it again goes on where it broke off.
      const now = ports.clock();
      const keys = await apiKeys.ofApplication(params.id);
      await Promise.all(keys.map(({ id }) => apiKeys.revoke(id, now)));
      await ports.removeBelongings(params.id);
      const reason = 'The application was removed from Verity.';
      const live = await ports.sessions.liveOfApplication(params.id);
      for (let from = 0; from < live.length; from += AT_ONCE) {
        await Promise.all(
          live
            .slice(from, from + AT_ONCE)
            .map(({ id }) => ports.life.end(id, { state: 'terminated', reason, by })),
        );
      }
      await applications.remove(params.id);
      directory.forget();
      await record(call, 'application.removed', `application:${params.id}`, {
        name: application.name,
        reason: body.reason,
        keys_revoked: keys.length,
        sessions_ended: live.length,
      });
      return { done: true, sessions_ended: live.length };
    },

    async 'POST /api/v1/applications/:id/keys'({ params, body }, call) {
      const application = found(await applications.byId(params.id));
      const made = await ports.keyring.make(
        { ...body, applicationId: application.id },
        call.caller.rights.userEmail,
      );
      const { id, name, scopes, expiresAt } = made.record;
      await record(call, 'api_key.created', `api_key:${id}`, {
        application: `application:${application.id}`,
        name,
        scopes,
        expires_at: expiresAt.toISOString(),
      });
      return { api_key: presentApiKey(made.record), key: made.key };
    },

    async 'POST /api/v1/applications/:id/keys/:key/rotate'({ params, body }, call) {
      const keys = await apiKeys.ofApplication(params.id);
      const old = keys.find(({ id }) => id === params.key);
      if (!old) {
        throw new Fault('not-found', 'This application has no such key.', {
          fix: 'GET /api/v1/applications/{id} lists its keys.',
        });
      }
      const made = await ports.keyring.rotate(
        old,
        body.overlap_minutes,
        call.caller.rights.userEmail,
      );
      await record(call, 'api_key.rotated', `api_key:${old.id}`, {
        application: `application:${params.id}`,
        successor: `api_key:${made.record.id}`,
        overlap_minutes: body.overlap_minutes,
      });
      return { api_key: presentApiKey(made.record), key: made.key };
    },
  };
}
