// Builds method, path and query string from a route's key, e.g. `GET /api/v1/sessions/:id`.

export interface Target {
  method: string;
  url: string;
}

type Values = Readonly<Record<string, unknown>>;

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Leaves out what is undefined, null or empty; joins lists by comma, as the routes read them. */
export function toQuery(query: Values = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : value;
    if (text === undefined || text === null || text === '') continue;
    search.set(key, toText(text));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** Throws when a parameter of the path is missing: a request to a wrong address must not leave. */
export function toTarget(key: string, params: Values = {}, query: Values = {}): Target {
  const space = key.indexOf(' ');
  const path = key.slice(space + 1).replace(/:([a-z_]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new Error(`${key} needs the parameter ${name}`);
    return encodeURIComponent(toText(value));
  });
  return { method: key.slice(0, space), url: path + toQuery(query) };
}
