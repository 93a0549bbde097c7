// Where the live connection goes on after a cut.
import { describe, expect, it } from 'vitest';
import { Resumption } from './resumption';

describe('a resumption', () => {
  it('asks for nothing at first, then for its rooms after the last events that it saw', () => {
    const resume = new Resumption();
    resume.joined('admin');
    resume.saw('threat_alert', { event_id: '9-0' });
    expect(resume.auth()).toEqual({});
    expect(resume.caughtUp({ risk: '10-0', announcements: '10-0' })).toBe(false);
    resume.saw('risk_score_update', { event_id: '12-3' });
    resume.saw('pong', { now: 5 });
    resume.joined('alerts');
    resume.left('admin');
    expect(resume.auth()).toEqual({
      resume: { seen: { risk: '12-3', announcements: '10-0' }, rooms: ['alerts'] },
    });
  });

  it('never goes back, however the ids are written', () => {
    const resume = new Resumption();
    resume.caughtUp({ risk: '999-12', announcements: '5-10' });
    resume.saw('risk_score_update', { event_id: '1000-1' });
    resume.saw('risk_score_update', { event_id: '1000-0' });
    resume.saw('notification', { event_id: '5-9' });
    expect(resume.caughtUp({ announcements: '5-11' })).toBe(true);
    expect(resume.auth().resume?.seen).toEqual({ risk: '1000-1', announcements: '5-11' });
  });

  it('forgets with the person who signs out', () => {
    const resume = new Resumption();
    resume.caughtUp({ risk: '1-0', announcements: '1-0' });
    resume.joined('admin');
    resume.forget();
    expect(resume.auth()).toEqual({});
  });
});
