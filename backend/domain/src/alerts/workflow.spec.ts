// The workflow of an alert.
import { describe, expect, it } from 'vitest';
import { ALERT_STATUSES } from '@verity/protocol/alerts/schemas';
import { isClosed, mayFollow, mustFollow, statusesBefore } from './workflow';

describe('the workflow of an alert', () => {
  it('reaches every status from open, and open from every status', () => {
    for (const status of ALERT_STATUSES) {
      if (status === 'open') continue;
      expect(mayFollow('open', status)).toBe(true);
    }
    expect(ALERT_STATUSES.filter(isClosed)).toEqual(['resolved', 'false_positive']);
    expect(mayFollow('resolved', 'open')).toBe(true);
  });

  it('opens a closed alert again before anything else', () => {
    expect(mayFollow('resolved', 'acknowledged')).toBe(false);
    expect(mayFollow('false_positive', 'resolved')).toBe(false);
  });

  it('names what may follow when it refuses', () => {
    expect(() => mustFollow('false_positive', 'investigating')).toThrow(
      'An alert that is false positive cannot become investigating.',
    );
    expect(() => mustFollow('open', 'acknowledged')).not.toThrow();
  });

  it('knows where a status may come from', () => {
    expect(statusesBefore('open')).toEqual(['acknowledged', 'resolved', 'false_positive']);
    expect(statusesBefore('acknowledged')).toEqual(['open', 'investigating']);
  });
});
