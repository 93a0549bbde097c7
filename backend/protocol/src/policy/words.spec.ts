// Specs of policies in words.
import { describe, expect, it } from 'vitest';
import { Condition } from './schemas';
import { conditionInWords, conditionParts, resourceInWords, ruleInWords } from './words';

describe('a condition in words', () => {
  it('says always when nothing is asked', () => {
    expect(conditionInWords({})).toBe('always');
  });

  it('has words for every part that a condition can have', () => {
    const whole: Required<Condition> = {
      risk_at_least: 60,
      risk_below: 80,
      roles: ['admin', 'auditor'],
      groups: ['staff'],
      device_trusted: false,
      signals: ['failed_logins'],
      signal_weight: 1.5,
      sensitivity: ['high'],
      resources: ['books'],
      totp_enrolled: true,
      strong_proof_enrolled: true,
      no_step_up_within: 5400,
      challenged_for_seconds: 10,
    };
    expect(Object.keys(whole).sort()).toEqual(Object.keys(Condition.shape).sort());
    expect(conditionParts(whole)).toEqual([
      'risk is 60 or more',
      'risk is below 80',
      'the role is admin or auditor',
      'the person is in staff',
      'the device is not trusted',
      'an authenticator is enrolled',
      'an authenticator or a passkey is enrolled',
      'failed logins weighs 1.5 or more',
      'what is asked for is of high sensitivity',
      'what is asked for is books',
      'nothing was proven for 1 h 30 min',
      'proof was asked for 10 s ago and not given',
    ]);
  });
});

it('a rule in words says what it does, when, and whether it only reports', () => {
  const rule = { id: 'a', name: 'High', when: { risk_at_least: 60 }, effect: 'step_up' as const };
  expect(ruleInWords(rule)).toBe('High: ask for proof when risk is 60 or more');
  expect(ruleInWords({ ...rule, when: {}, report_only: true })).toBe(
    'High: ask for proof always, report only',
  );
});

it('a resource in words says what it stands for', () => {
  const books = { id: 'b', name: 'Books', path_prefix: '/books', sensitivity: 'high' as const };
  expect(resourceInWords(books)).toBe('Books: /books, high sensitivity');
  expect(resourceInWords({ ...books, host: 'app.example.org', methods: ['GET', 'POST'] })).toBe(
    'Books: GET or POST app.example.org/books, high sensitivity',
  );
});
