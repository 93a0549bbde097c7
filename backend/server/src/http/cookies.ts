// Cookies in and out: HttpOnly and Secure always, SameSite=Strict unless said otherwise.
import type { CookieOptions } from './handler';

/** The first value of each name, as sent. */
export function readCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals)).trim();
    if (name) cookies[name] ??= pair.slice(equals + 1).trim();
  }
  return cookies;
}

export const writeCookie = (name: string, value: string, options: CookieOptions): string =>
  `${name}=${value}; Max-Age=${Math.floor(options.maxAgeSeconds)}; Path=${options.path}; HttpOnly; Secure; SameSite=${options.sameSite ?? 'Strict'}`;
