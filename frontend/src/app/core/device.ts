// What this browser says of itself at sign-in. The fingerprint is a random id that it keeps, not a measurement.
const KEY = 'verity.device';

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fingerprint(): string {
  const known = localStorage.getItem(KEY);
  if (known && /^[A-Za-z0-9_-]{22}$/.test(known)) return known;
  const fresh = base64url(crypto.getRandomValues(new Uint8Array(16)));
  localStorage.setItem(KEY, fresh);
  return fresh;
}

export const deviceProfile = () => ({
  fingerprint: fingerprint(),
  platform: platformName(),
  screen: `${screen.width}x${screen.height}`,
  languages: navigator.languages.slice(0, 10).map((language) => language.slice(0, 20)),
});

function platformName(): string {
  const hints = navigator as Navigator & { userAgentData?: { platform?: string } };
  return (hints.userAgentData?.platform || navigator.platform || '').slice(0, 100);
}
