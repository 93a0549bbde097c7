// What admins hear of the chain, look after look.
import { expect, it } from 'vitest';
import { chainNews } from './chain-news';

const AWAY = 'The chain does not answer.';
const late = (minutes: number) => `An anchor has waited for ${minutes} minutes.`;
const look = (...problems: string[]) => ({ problems });

it('tells of trouble when it begins, and not again while it lasts', () => {
  expect(chainNews(null, look(AWAY))?.body).toBe(AWAY);
  expect(chainNews(look(), look(AWAY, late(20)))?.body).toBe(`${AWAY} ${late(20)}`);
  expect(chainNews(look(AWAY, late(20)), look(AWAY, late(80)))).toBeNull();
});

it('tells of what joins a trouble that is known, and of that alone', () => {
  expect(chainNews(look(AWAY), look(AWAY, late(20)))?.body).toBe(late(20));
});

it('tells when all is well again, not when a part is', () => {
  expect(chainNews(look(AWAY, late(80)), look(late(90)))).toBeNull();
  expect(chainNews(look(AWAY), look())).toEqual({
    title: 'The chain of the audit log is well again',
    body: `It was: ${AWAY}`,
  });
  expect(chainNews(look(), look())).toBeNull();
  expect(chainNews(null, look())).toBeNull();
});
