// Specs of the alert queue's rules.
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../core/wire';
import { byStatus, statusesOf, withAlert } from './triage';

const alert = (id: string, status: Alert['status']): Alert => ({ id, status }) as Alert;

describe('the alert queue', () => {
  it('shows what waits for somebody unless asked otherwise', () => {
    expect(statusesOf('waiting')).toEqual(['open', 'acknowledged', 'investigating']);
    expect(statusesOf('resolved')).toEqual(['resolved']);
    expect(statusesOf('all')).toBeUndefined();
  });

  it('changes an alert in its place and pushes nothing in', () => {
    const list = [alert('a', 'open'), alert('b', 'open')];
    expect(withAlert(list, alert('b', 'resolved')).map(({ status }) => status)).toEqual([
      'open',
      'resolved',
    ]);
    expect(withAlert(list, alert('c', 'open'))).toHaveLength(2);
  });

  it('remembers the status of each, so that undo gives each its own back', () => {
    const groups = byStatus([alert('a', 'open'), alert('b', 'investigating'), alert('c', 'open')]);
    expect([...groups]).toEqual([
      ['open', ['a', 'c']],
      ['investigating', ['b']],
    ]);
  });
});
