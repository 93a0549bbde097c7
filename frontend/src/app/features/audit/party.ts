// Reads the two ends of an audit record (`user:{id}`, `system:{part}`) as words and, where there is a page, a link.
export interface Party {
  kind: string;
  name: string;
  /** Path of its page; undefined where there is none, or the reader may not open it. */
  path: string | undefined;
}

const PAGES: Readonly<Record<string, string>> = {
  user: '/users',
  session: '/sessions',
  alert: '/alerts',
};

/** `user:{id}` and its like, whose page is known here. */
export const isParty = (text: string): boolean =>
  Object.keys(PAGES).some((kind) => text.startsWith(`${kind}:`) && !/\s/.test(text));

export function partyOf(text: string, admin: boolean): Party {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const name = colon < 0 ? '' : text.slice(colon + 1);
  const page = PAGES[kind];
  return {
    kind: kind.replaceAll('_', ' '),
    name,
    path: admin && page && name ? `${page}/${name}` : undefined,
  };
}
