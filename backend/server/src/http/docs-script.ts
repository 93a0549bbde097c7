// The script of the page at /docs, for browsers: search, opening what is linked to, and trying out what only reads.
export const DOCS_SCRIPT = `
'use strict';
const search = document.getElementById('search');
const entries = [...document.querySelectorAll('details')];
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const entry of entries) entry.hidden = !words.every((word) => entry.dataset.words.includes(word));
  for (const section of document.querySelectorAll('section')) {
    section.hidden = !section.querySelector('details:not([hidden])');
  }
  document.getElementById('none').hidden = entries.some((entry) => !entry.hidden);
};
search.addEventListener('input', filter);
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.closest('input')) return;
  event.preventDefault();
  search.focus();
});
const openLinked = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.hidden || target.closest('section')?.hidden) { search.value = ''; filter(); }
  if (target.tagName === 'DETAILS') target.open = true;
  target.scrollIntoView();
};
addEventListener('hashchange', openLinked);
openLinked();
for (const entry of entries) entry.addEventListener('toggle', () => {
  if (entry.open) history.replaceState(null, '', '#' + entry.id);
});

const bearer = document.getElementById('bearer');
const signed = document.getElementById('signed');
document.getElementById('token').addEventListener('submit', (event) => event.preventDefault());
document.getElementById('borrow').addEventListener('click', async () => {
  try {
    const reply = await fetch('/api/v1/auth/refresh', { method: 'POST' });
    const body = await reply.json();
    bearer.value = reply.ok ? body.token : '';
    signed.textContent = reply.ok ? 'Signed in as ' + body.user.email : body.detail;
  } catch {
    signed.textContent = 'The server does not answer.';
  }
});
const addressOf = (form) => {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of form.querySelectorAll('input')) {
    if (input.dataset.in === 'path') path = path.replace('{' + input.name + '}', encodeURIComponent(input.value));
    else if (input.value) query.set(input.name, input.value);
  }
  return path + (query.size ? '?' + query : '');
};
for (const form of document.querySelectorAll('form.try')) form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = form.nextElementSibling;
  answer.hidden = false;
  answer.textContent = '…';
  try {
    const headers = bearer.value ? { Authorization: 'Bearer ' + bearer.value } : {};
    const reply = await fetch(addressOf(form), { headers });
    const text = await reply.text();
    const json = (reply.headers.get('content-type') ?? '').includes('json');
    answer.textContent = reply.status + '\\n' + (json ? JSON.stringify(JSON.parse(text), null, 2) : text);
  } catch {
    answer.textContent = 'The server does not answer.';
  }
});
`;
