// What people do for themselves: why, appeals, device trust, privacy, temporary baseline. Over HTTP, real Redis and MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '@verity/adapters/redis/testing';
import { newId } from '@verity/adapters/world';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import type { DecisionId, SessionId, UserId } from '@verity/protocol/ids';
import type { Petition } from '@verity/protocol/alerts/petition-schemas';
import type { Why } from '@verity/protocol/risk/why-routes';
import { openPlatform, PASSWORD, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;
beforeAll(async () => {
  platform = await openPlatform();
  await platform.stores.policies.seed(DEFAULT_POLICY, platform.now());
  await platform.person('admin@example.org', 'admin');
  admin = await platform.visit('admin@example.org');
});
afterAll(() => platform.close());

let people = 0;
async function somebody() {
  const email = `self${(people += 1)}@example.org`;
  await platform.person(email);
  const visitor = await platform.visit(email);
  const { session, user } = visitor.signedIn;
  return { email, visitor, session: session.id, user: user.id };
}

const prove = ({ call }: Visitor) =>
  call('POST', '/api/v1/step-up', { method: 'password', password: PASSWORD });

/** A decision on a session, with its evidence. */
async function decided(user: UserId, session: SessionId, effect: DecisionRecord['effect']) {
  const id = newId<DecisionId>();
  const at = platform.now();
  const part = (source: 'prior' | 'keystroke', log_odds: number) => ({
    source,
    value: source === 'prior' ? 'any session' : 'slower between keys',
    weight: log_odds,
    log_odds,
    observed_at: at.toISOString(),
  });
  await platform.stores.decisions.add([
    {
      id,
      session_id: session,
      user_id: user,
      effect,
      previous_effect: 'allow',
      rule_id: DEFAULT_POLICY.rules[0]!.id,
      rule_name: 'A rule',
      rule_condition: 'risk 60 or more',
      would: [],
      resource: null,
      policy_version: 1,
      risk_score: 100 / (1 + Math.exp(-1)),
      band: 'high',
      reasons: ['slower between keys'],
      contributions: [part('prior', -2), part('keystroke', 3)],
      at,
    },
  ]);
  return id;
}

const windowOf = (userId: UserId, sessionId: SessionId, at = platform.now()) => ({
  id: newId<string>(),
  userId,
  sessionId,
  modality: 'keystroke' as const,
  at,
  features: [1, Number.NaN, 3],
});

const text = 'I was ill and typed with one hand.';
const audited = (action: string, subject: string) =>
  until(() =>
    platform.published.some(
      ({ payload }) =>
        (payload as { action?: string }).action === action &&
        (payload as { subject?: string }).subject === subject,
    ),
  );

describe('why', () => {
  it('says what happened, by which rule, on what evidence, and what would change it', async () => {
    const { visitor, user, session } = await somebody();
    const id = await decided(user, session, 'step_up');
    const list = await visitor.call('GET', '/api/v1/me/decisions');
    expect(list.json).toMatchObject({ total: 1, items: [{ id, effect: 'step_up' }] });
    const why = (await visitor.call('GET', `/api/v1/me/why/decision/${id}`)).json as unknown as Why;
    expect(why.title).toBe('You were asked to prove again that it is you');
    expect(why.reason).toContain('slower between keys');
    expect(why.rule?.says).toMatch(/^When /);
    expect(why.risk?.contributions).toHaveLength(2);
    const scores = why.what_ifs.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(why.what_ifs.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['proof', 'behaviour', 'without']),
    );
    expect(why.may).toMatchObject({ appeal: true, prove: true });
  });

  it('is told to nobody else, and not of what took nothing away', async () => {
    const mine = await somebody();
    const theirs = await somebody();
    const id = await decided(theirs.user, theirs.session, 'restrict');
    const { call } = mine.visitor;
    const answers = await Promise.all([
      call('GET', `/api/v1/me/why/decision/${id}`),
      call('GET', `/api/v1/me/why/session/${theirs.session}`),
      call('GET', `/api/v1/me/why/alert/${newId()}`),
      call('POST', '/api/v1/me/appeals', { decision_id: id, text }),
      call('POST', '/api/v1/me/appeals', { session_id: theirs.session, text }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    const allowed = await decided(mine.user, mine.session, 'allow');
    const appeal = await call('POST', '/api/v1/me/appeals', { decision_id: allowed, text });
    expect(appeal.json.code).toBe('conflict');
  });
});

describe('an appeal', () => {
  it('reaches the admins, is answered once, and its answer reaches the person', async () => {
    const { visitor, user, session } = await somebody();
    const decision_id = await decided(user, session, 'restrict');
    const { alert } = await platform.stores.alerts.report(
      newId(),
      newId(),
      {
        kind: 'risk_crossing',
        severity: 'high',
        title: 'Risk rose',
        description: 'It rose.',
        confidence: 0.7,
        at: platform.now().toISOString(),
        group_key: `risk_crossing:${session}`,
        session_id: session,
        user_id: user,
        sources: [],
      },
      { userEmail: 'a@example.org', demo: false },
    );
    const made = await visitor.call('POST', '/api/v1/me/appeals', { decision_id, text });
    const petition = made.json as unknown as Petition;
    expect(petition).toMatchObject({ status: 'open', kind: 'appeal', session_id: session });
    const again = await visitor.call('POST', '/api/v1/me/appeals', { decision_id, text });
    expect(again.json.code).toBe('conflict');

    const listed = await admin.call('GET', '/api/v1/petitions?status=open&kind=appeal');
    expect(JSON.stringify(listed.json)).toContain(petition.id);
    const beside = await admin.call('GET', `/api/v1/petitions/${petition.id}`);
    expect(beside.json).toMatchObject({ evidence: { band: 'high', effect: 'restrict' } });

    const answer = (outcome: string) =>
      admin.call('POST', `/api/v1/petitions/${petition.id}/answer`, {
        outcome,
        reason: 'A new keyboard.',
      });
    expect((await answer('approved')).json.code).toBe('invalid-input');
    const [one, other] = await Promise.all([answer('overturned'), answer('overturned')]);
    expect([one.status, other.status].sort()).toEqual([200, 409]);

    expect((await platform.stores.alerts.byId(alert.id))?.status).toBe('false_positive');
    await until(() =>
      platform.published.some(({ payload }) =>
        JSON.stringify(payload).includes('an administrator said that this was you'),
      ),
    );
    await audited('petition.answered', `petition:${petition.id}`);
    const why = await visitor.call('GET', `/api/v1/me/why/decision/${decision_id}`);
    expect(why.json).toMatchObject({
      appeal: { status: 'overturned', answer: 'A new keyboard.', answered_by: 'an admin' },
      may: { appeal: false },
    });
    const told = await visitor.call('GET', '/api/v1/me/notifications');
    expect(JSON.stringify(told.json)).toContain('Your appeal was right');
    const rooms = platform.announced.filter(({ event }) => event === 'petition_update');
    expect(rooms.map(({ rooms: [room] }) => room)).toEqual(
      expect.arrayContaining(['alerts', `user:${user}`]),
    );
  });

  it('is answered by somebody else, and can be withdrawn and made again', async () => {
    const { user, session } = await somebody();
    const own = admin.signedIn;
    const decision_id = await decided(own.user.id, own.session.id, 'restrict');
    const made = await admin.call('POST', '/api/v1/me/appeals', { decision_id, text });
    const { id } = made.json as unknown as Petition;
    const own_answer = await admin.call('POST', `/api/v1/petitions/${id}/answer`, {
      outcome: 'overturned',
      reason: 'I say so.',
    });
    expect(own_answer.json.code).toBe('not-allowed');
    expect((await admin.call('DELETE', `/api/v1/me/petitions/${id}`)).json.status).toBe(
      'withdrawn',
    );
    expect((await admin.call('DELETE', `/api/v1/me/petitions/${id}`)).json.code).toBe('conflict');
    const again = await admin.call('POST', '/api/v1/me/appeals', { decision_id, text });
    expect(again.status).toBe(200);
    expect(await platform.stores.petitions.madeSince(user, new Date(0))).toBe(0);
    expect(session).toBeDefined();
  });

  it('may be made against what an admin did by hand, and gives it back', async () => {
    const { visitor, session } = await somebody();
    await admin.call('POST', `/api/v1/sessions/${session}/step-up`, { reason: 'A look at it' });
    const made = await visitor.call('POST', '/api/v1/me/appeals', { session_id: session, text });
    expect(made.status).toBe(200);
    await admin.call('POST', `/api/v1/petitions/${String(made.json.id)}/answer`, {
      outcome: 'overturned',
      reason: 'A mistake.',
    });
    expect((await platform.life.rightsNow(session))?.state).toBe('active');
  });
});

describe('"this was not me"', () => {
  it('takes back the models that the session has taught', async () => {
    const { visitor, email, user } = await somebody();
    const stranger = await platform.visit(email);
    const model = { userId: user, modality: 'keystroke', windows: 6, artefact: '{}' } as const;
    const { startedAt } = (await platform.stores.sessions.byId(stranger.signedIn.session.id))!;
    const before = new Date(startedAt.getTime() - 1000);
    await platform.stores.behaviourModels.add({ ...model, version: 1, trainedAt: before });
    await platform.stores.behaviourModels.add({ ...model, version: 2, trainedAt: platform.now() });
    const session_id = stranger.signedIn.session.id;
    await visitor.call('POST', '/api/v1/me/verdicts', { session_id, verdict: 'not_me' });
    expect((await platform.stores.behaviourModels.newest(user, 'keystroke'))?.version).toBe(1);
    expect((await platform.stores.terms.of(user)).disowned).toEqual([session_id]);
  });

  it('leaves nothing of that session to appeal against, nor to say again', async () => {
    const { visitor, email, user } = await somebody();
    const { session } = (await platform.visit(email)).signedIn;
    const decision_id = await decided(user, session.id, 'step_up');
    const kinds = [
      ['session', session.id],
      ['decision', decision_id],
    ] as const;
    const why = (kind: string, id: string) => visitor.call('GET', `/api/v1/me/why/${kind}/${id}`);
    expect((await why('decision', decision_id)).json.may).toMatchObject({ appeal: true });
    await visitor.call('POST', '/api/v1/me/verdicts', {
      session_id: session.id,
      verdict: 'not_me',
    });
    for (const [kind, id] of kinds) {
      expect((await why(kind, id)).json).toMatchObject({
        disowned: true,
        may: { appeal: false, say_me: false, say_not_me: false },
      });
      const made = await visitor.call('POST', '/api/v1/me/appeals', { [`${kind}_id`]: id, text });
      expect(made.json).toMatchObject({
        code: 'conflict',
        detail: 'You have said that this session was not you.',
      });
    }
  });
});

describe('privacy', () => {
  it('hands out everything of oneself as one document, after proof', async () => {
    const { visitor, user, session } = await somebody();
    const other = await somebody();
    await decided(user, session, 'step_up');
    await platform.stores.behaviourWindows.add([
      windowOf(user, session),
      windowOf(other.user, other.session),
    ]);
    const asked = await visitor.call('GET', '/api/v1/me/export');
    expect(asked.json.code).toBe('step-up-required');
    await prove(visitor);
    const { json, headers, text: written } = await visitor.call('GET', '/api/v1/me/export');
    expect(headers.get('content-disposition')).toContain('verity-my-data');
    expect(Object.keys(json)).toEqual([
      ...[
        'format',
        'version',
        'exported_at',
        'account',
        'muted_notifications',
        'devices',
        'sessions',
      ],
      ...[
        'scores',
        'behaviour',
        'models',
        'decisions',
        'outcomes',
        'moments',
        'alerts',
        'notifications',
        'petitions',
        'audit',
      ],
    ]);
    expect(json).toMatchObject({
      behaviour: [{ session_id: session, features: [1, null, 3] }],
      decisions: [{ effect: 'step_up' }],
      sessions: [{ id: session }],
    });
    expect(written).not.toContain(other.user);
    expect(written).not.toMatch(/passwordHash|sealed|fingerprint|recovery/i);
    const kept = await visitor.call('GET', '/api/v1/me/privacy');
    expect(kept.json.kept).toContainEqual(
      expect.objectContaining({ what: 'Behaviour', records: 1, days: 90, erasable: true }),
    );
  });

  it('erases behaviour by proof and by the phrase, and leaves a receipt', async () => {
    const { visitor, user, session } = await somebody();
    const ended = newId<SessionId>();
    await platform.stores.behaviourWindows.add([windowOf(user, session), windowOf(user, ended)]);
    await platform.stores.behaviourModels.add({
      userId: user,
      modality: 'mouse',
      version: 1,
      windows: 6,
      artefact: '{}',
      trainedAt: platform.now(),
    });
    const erase = (phrase: string) =>
      visitor.call('POST', '/api/v1/me/erasure', { scores: true, phrase });
    expect((await erase('yes')).json.code).toBe('invalid-input');
    expect((await erase('erase my behaviour')).json.code).toBe('step-up-required');
    await prove(visitor);
    const receipt = await erase('erase my behaviour');
    expect(receipt.json).toMatchObject({ windows: 2, models: 1, user_id: user });
    expect(await platform.stores.behaviourWindows.count(user)).toEqual({ keystroke: 0, mouse: 0 });
    expect(await platform.stores.behaviourModels.list(user)).toEqual([]);
    expect((await platform.stores.terms.of(user)).erasedAt).not.toBeNull();
    await audited('behaviour.erased', `user:${user}`);
  });

  it('is erased by an admin for a person, with a reason, and by nobody else', async () => {
    const { visitor, user, session } = await somebody();
    await platform.stores.behaviourWindows.add([windowOf(user, session)]);
    const path = `/api/v1/users/${user}/erasure`;
    const body = { scores: false, reason: 'Asked for by letter' };
    expect((await visitor.call('POST', path, body)).status).toBe(403);
    expect((await admin.call('POST', path, body)).json).toMatchObject({
      windows: 1,
      score_minutes: null,
    });
    const nobody = await admin.call('POST', `/api/v1/users/${newId()}/erasure`, body);
    expect(nobody.status).toBe(404);
  });
});

describe('a temporary baseline', () => {
  it('is asked for with proof, approved, in force, ended early, and on record', async () => {
    const { visitor, user } = await somebody();
    const body = { text: 'My right hand is in plaster.', days: 3 };
    const unproven = await visitor.call('POST', '/api/v1/me/baseline', body);
    expect(unproven.json.code).toBe('step-up-required');
    await prove(visitor);
    const bad = await visitor.call('POST', '/api/v1/me/baseline', { ...body, days: 31 });
    expect(bad.json.code).toBe('invalid-input');
    const made = await visitor.call('POST', '/api/v1/me/baseline', body);
    expect(made.json).toMatchObject({ kind: 'baseline', status: 'open', days: 3 });
    await admin.call('POST', `/api/v1/petitions/${String(made.json.id)}/answer`, {
      outcome: 'approved',
      reason: 'Get well soon.',
    });
    const terms = await admin.call('GET', `/api/v1/users/${user}/learning`);
    expect(terms.json).toMatchObject({ temporary: { keystroke_windows: 0 } });
    expect(terms.json.weakens).toHaveLength(1);
    await audited('baseline.began', `user:${user}`);
    const second = await visitor.call('POST', '/api/v1/me/baseline', body);
    expect(second.json.code).toBe('conflict');
    const ended = await visitor.call('DELETE', '/api/v1/me/baseline');
    expect(ended.json).toMatchObject({ temporary: null, weakens: [] });
    expect((await visitor.call('DELETE', '/api/v1/me/baseline')).json.code).toBe('conflict');
    await audited('baseline.ended', `user:${user}`);
  });
});

describe('a household', () => {
  it('is off until an admin switches it on, with a reason, and says what it weakens', async () => {
    const { visitor, user } = await somebody();
    const off = await admin.call('GET', `/api/v1/users/${user}/learning`);
    expect(off.json).toMatchObject({ household: false, weakens: [] });
    const path = `/api/v1/users/${user}/household`;
    const body = { on: true, reason: 'A couple keeps one shop account' };
    expect((await visitor.call('PUT', path, body)).status).toBe(403);
    const on = await admin.call('PUT', path, body);
    expect(on.json).toMatchObject({ household: true });
    expect(on.json.weakens).toHaveLength(1);
    await audited('household.changed', `user:${user}`);
  });
});
