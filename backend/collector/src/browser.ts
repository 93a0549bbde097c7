// What /collector.js serves: the collector's public face, and a start by the attributes of the script element itself.
import { startCollector } from './collector';

export { pageSocketTransport, startCollector, webSocketTransport } from './collector';

/**
 * `<script type="module" src="https://verity.example/collector.js" data-token-from="/verity-token">`
 * `data-token-from` is an address of the page's own server that answers `{"token": "…"}`;
 * `data-url` names the platform where it is not the origin of the script.
 */
const script = [...document.querySelectorAll<HTMLScriptElement>('script[data-token-from]')].find(
  ({ src }) => src === import.meta.url,
);
const tokenFrom = script?.dataset['tokenFrom'];
if (script && tokenFrom) {
  const collector = startCollector({
    url: script.dataset['url'] ?? new URL(import.meta.url).origin,
    async getToken() {
      const response = await fetch(tokenFrom, { credentials: 'same-origin', cache: 'no-store' });
      if (!response.ok) throw new Error(`${tokenFrom} answered ${response.status}`);
      const { token } = (await response.json()) as { token: string };
      return token;
    },
    onState: (state, reason) =>
      script.dispatchEvent(new CustomEvent('verity-state', { detail: { state, reason } })),
    onRefused: (_batch, detail) => console.warn(`Verity refused a batch: ${detail}`),
  });
  script.addEventListener('verity-stop', () => collector.stop());
}
