// Passwords.
import { describe, expect, it } from 'vitest';
import { createPasswordHasher } from './password';

describe('createPasswordHasher', () => {
  it('verifies what it hashed and nothing else', async () => {
    const passwords = await createPasswordHasher();
    const hash = await passwords.hash('correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(hash, 'correct horse battery')).toBe(true);
    expect(await passwords.verify(hash, 'correct horse batterz')).toBe(false);
    expect(await passwords.verify(null, 'no one has this password')).toBe(false);
  });

  it('takes two spellings of one text for the same', async () => {
    const passwords = await createPasswordHasher();
    const hash = await passwords.hash('caf\u00e9 au lait 12');
    expect(await passwords.verify(hash, 'cafe\u0301 au lait 12')).toBe(true);
  });

  it('refuses the one who would wait too long instead of piling up memory', async () => {
    const passwords = await createPasswordHasher({ concurrent: 1, waiting: 2 });
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, () => passwords.verify(null, 'whatever it may be')),
    );
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(3);
    const refused = all.find((one) => one.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
    expect(await passwords.verify(null, 'whatever it may be')).toBe(false);
  });
});
