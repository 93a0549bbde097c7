// What the pictures need beside the demo's own people: an application with a key and a webhook, an appeal, a request.
import { ADMIN, AUDITOR, PEOPLE, VISITOR, loopback } from '../demo/cast';
import { readCredentials } from '../demo/credentials';
import { Door } from '../demo/door';
import { Fault } from '@verity/protocol/faults';
import type { ApplicationId } from '@verity/protocol/ids';
import { StackError } from '../stack/stack-error';
import type { Viewer } from './scenes';
import type { Person } from './visit-page';

export interface Stage {
  people: Partial<Record<Viewer, Person>>;
  /** Ids of what there is to look at; undefined where the demo has not come to it yet. */
  session: string | undefined;
  endedSession: string | undefined;
  alert: string | undefined;
  user: string | undefined;
  application: string | undefined;
  appeal: string | undefined;
  baseline: string | undefined;
  /** One that ended. */
  job: string | undefined;
  /** What is kept of a session that was ended, and the receipt that proves it, in canonical JSON. */
  record: string | undefined;
  receipt: string | undefined;
}

const HANDLE = 'demo-shop';

async function signedIn(url: string, person: Person): Promise<Door> {
  // An address of its own: the door takes a dozen sign-ins a minute from each.
  const door = new Door({ url, from: loopback(90) });
  const { token } = await door.call('POST /api/v1/auth/login', { body: person });
  door.token = token;
  return door;
}

export async function setStage(url: string, dataDir: string): Promise<Stage> {
  const credentials = readCredentials(dataDir);
  const person = (email: string): Person => {
    const known = credentials[email];
    if (!known) {
      throw new StackError(
        `${dataDir} holds no demo accounts`,
        'start `npm run demo` with the same DATA_DIR and PORT, then take the pictures',
      );
    }
    return { email, password: known.password };
  };
  const [admin, visitor] = [person(ADMIN.email), person(VISITOR.email)];
  const door = await signedIn(url, admin);
  const live = await door.call('GET /api/v1/sessions', { query: { state: 'live', sort: 'risk' } });
  const ended = await door.call('GET /api/v1/sessions', { query: { state: 'terminated' } });
  const terminated = ended.items.find(({ user_email }) =>
    PEOPLE.some(({ email }) => email === user_email),
  );
  const { items: alerts } = await door.call('GET /api/alerts', { query: {} });
  const jobs = await door.call('GET /api/v1/jobs', { query: {} });
  const record = await anchoredRecord(door);
  const ada = live.items.find(({ user_email }) => PEOPLE.some(({ email }) => email === user_email));
  const stage: Stage = {
    people: {
      admin,
      visitor,
      auditor: person(AUDITOR.email),
      ...(terminated ? { appealing: person(terminated.user_email) } : {}),
    },
    session: ada?.id,
    endedSession: terminated?.id,
    alert: alerts.find(({ session_id }) => session_id)?.id ?? alerts[0]?.id,
    user: ada?.user_id,
    application: await application(door, url),
    appeal: undefined,
    baseline: undefined,
    record: record?.id,
    receipt: record && (await receiptOf(url, door, record.id)),
    job: jobs.items.find(({ result }) => result !== null)?.id ?? jobs.items[0]?.id,
  };
  await petition(url, stage);
  const { items: petitions } = await door.call('GET /api/v1/petitions', { query: {} });
  stage.appeal = petitions.find(({ kind }) => kind === 'appeal')?.id;
  stage.baseline = petitions.find(({ kind }) => kind === 'baseline')?.id;
  await door.call('POST /api/v1/auth/logout', {});
  return stage;
}

/** A decision over a session that the chain already covers, or whatever else it covers. */
async function anchoredRecord(door: Door): Promise<{ id: string } | undefined> {
  const { anchors } = await door.call('GET /api/v1/audit/integrity', {});
  const covered = async (query: { action?: 'session.terminated' }) =>
    (await door.call('GET /api/v1/audit', { query })).items.find(
      ({ index }) => index < anchors.size,
    )?.record;
  return (await covered({ action: 'session.terminated' })) ?? covered({});
}

async function receiptOf(url: string, door: Door, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${door.token}` };
  const reply = await fetch(`${url}/api/v1/audit/records/${id}/receipt`, { headers });
  if (!reply.ok) throw new StackError(`no receipt of record ${id}`, await reply.text());
  return reply.text();
}

/** Its webhook goes to the platform itself, which knows no such address: nobody outside hears of the demo. */
async function application(door: Door, url: string): Promise<string> {
  const { items } = await door.call('GET /api/v1/applications', {});
  const known = items.find(({ handle }) => handle === HANDLE);
  const body = { name: 'Demo shop', handle: HANDLE, origins: ['http://localhost:8080'] };
  const { id } = known ?? (await door.call('POST /api/v1/applications', { body }));
  const params = { id };
  if (!known?.keys_in_force) {
    await door.call('POST /api/v1/applications/:id/keys', {
      params,
      body: { name: 'server', scopes: ['sessions:write', 'decisions:read'], days: 90 },
    });
  }
  const webhooks = await door.call('GET /api/v1/applications/:id/webhooks', { params });
  if (webhooks.items.length === 0) await webhook(door, url, id as ApplicationId);
  return id;
}

/** Only where the demo was started with WEBHOOKS_TO_PRIVATE=allow: this machine is no address for webhooks else. */
async function webhook(door: Door, url: string, id: ApplicationId): Promise<void> {
  try {
    const made = await door.call('POST /api/v1/applications/:id/webhooks', {
      params: { id },
      body: { url: `${url}/webhooks/demo-shop`, events: ['session.terminated'] },
    });
    await door.call('POST /api/v1/applications/:id/webhooks/:webhook/test', {
      params: { id, webhook: made.webhook.id },
    });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'invalid-input') throw error;
    console.error(
      `no webhook in the pictures: ${error.message} Start the demo with WEBHOOKS_TO_PRIVATE=allow.`,
    );
  }
}

/** An appeal against an ended session and a request for a temporary baseline, once. */
async function petition(url: string, { people, endedSession }: Stage): Promise<void> {
  const asked = async (door: Door): Promise<boolean> =>
    (await door.call('GET /api/v1/me/petitions', { query: {} })).items.length > 0;
  if (people.visitor) {
    const door = await signedIn(url, people.visitor);
    if (!(await asked(door))) {
      const text = 'My right hand is in plaster until the end of the month; I type with my left.';
      const { password } = people.visitor;
      const proof = { method: 'password', password } as const;
      door.token = (await door.call('POST /api/v1/step-up', { body: proof })).token;
      await door.call('POST /api/v1/me/baseline', { body: { text, days: 14 } });
    }
    await door.call('POST /api/v1/auth/logout', {});
  }
  if (people.appealing && endedSession) {
    const door = await signedIn(url, people.appealing);
    if (!(await asked(door))) {
      const text = 'I was on the phone and typed with one hand. It was me all the time.';
      await door.call('POST /api/v1/me/appeals', {
        body: { session_id: endedSession, text },
      });
    }
    await door.call('POST /api/v1/auth/logout', {});
  }
}
