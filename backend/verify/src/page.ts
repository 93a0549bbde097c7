// The script of the static verifier page: takes receipts by drop, choice or paste, and shows their reports.
import { checkReceipt, type Report, type Sources } from './browser';

const byId = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found as T;
};
const drop = byId('drop');
const files = byId<HTMLInputElement>('files');
const pasted = byId<HTMLTextAreaElement>('pasted');
const results = byId('results');
const status = byId('status');
const field = (id: string): string => byId<HTMLInputElement>(id).value.trim();

/** A receipt with the name that it is shown by. */
interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const STATE = {
  holds: ['holds', 'good'],
  fails: ['fails', 'bad'],
  unchecked: ['unchecked', 'open'],
} as const;
const VERDICT = {
  proven: ['Proven', 'good'],
  consistent: ['Consistent', 'open'],
  broken: ['Broken', 'bad'],
} as const;
const MEANS = {
  proven: 'Nothing fails, and the chain holds the root.',
  consistent: 'Nothing contradicts it; the chain has not confirmed it here.',
  broken: 'It was changed, or is not of this log. Do not rely on it.',
} as const;

function sources(): Sources {
  const [key, contract, gateway] = [field('key'), field('contract'), field('gateway')];
  return {
    rpc: field('rpc').split(/\s+/).filter(Boolean),
    gateway: gateway || undefined,
    trusted: { key: key || undefined, contract: contract || undefined },
  };
}

/** Receipts of a round of checks: a later round ends an earlier one. */
let round = 0;

async function verify(receipts: readonly Named[]): Promise<void> {
  const ours = ++round;
  results.replaceChildren();
  const sums = { proven: 0, consistent: 0, broken: 0 };
  for (const [at, { name, bytes }] of receipts.entries()) {
    status.textContent = `Checking ${at + 1} of ${receipts.length} …`;
    let report: Report;
    try {
      report = await checkReceipt(bytes, sources());
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
      return;
    }
    if (ours !== round) return;
    sums[report.verdict] += 1;
    results.append(card(name, report));
  }
  status.textContent =
    receipts.length === 1
      ? ''
      : `${receipts.length} receipts: ${sums.proven} proven, ${sums.consistent} consistent, ${sums.broken} broken`;
  const [only] = receipts.length === 1 ? results.querySelectorAll('h2') : [];
  only?.focus();
}

function card(name: string, report: Report): HTMLElement {
  const article = element('article');
  const [word, tone] = VERDICT[report.verdict];
  const title = element('h2', '', element('span', tone, word), element('span', 'name', name));
  title.tabIndex = -1;
  article.append(title, element('p', 'about', MEANS[report.verdict]));
  const links = element('ol');
  for (const { link, state, why, where } of report.links) {
    const [said, colour] = STATE[state];
    const because = element('span', '', why);
    if (where) because.append(' ', element('code', '', where));
    links.append(
      element(
        'li',
        'link',
        element('span', `state ${colour}`, said),
        element('span', '', link),
        because,
      ),
    );
  }
  article.append(links);
  const { record } = report;
  if (record) {
    const more = element('details', '', element('summary', '', 'What the receipt is about'));
    const { leaf, disclosed, evidence, index, size, origin, root, anchoredAt } = record;
    const about = {
      origin,
      index,
      size,
      root,
      anchoredAt,
      leaf,
      disclosed,
      ...(evidence ? { evidence } : {}),
    };
    more.append(element('pre', '', JSON.stringify(about, null, 2)));
    article.append(more);
  }
  if (report.cautions.length > 0) {
    article.append(
      element('ul', 'cautions', ...report.cautions.map((one) => element('li', '', one))),
    );
  }
  return article;
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}

async function chosen(list: Iterable<File>): Promise<void> {
  const receipts: Named[] = [];
  for (const file of list) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (file.name.endsWith('.jsonl')) receipts.push(...lines(file.name, bytes));
    else receipts.push({ name: file.name, bytes });
  }
  if (receipts.length > 0) await verify(receipts);
}

/** Each line with its line feed is the file of a receipt. */
function* lines(name: string, bytes: Uint8Array): Generator<Named> {
  for (let from = 0, line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    yield { name: `${name}, line ${line}`, bytes: bytes.subarray(from, to) };
    from = to;
  }
}

files.addEventListener('change', () => {
  void chosen(files.files ?? []).then(() => (files.value = ''));
});
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  // A text field shows what was pasted without its last line feed, and browsers may write others.
  const text = `${pasted.value.replaceAll('\r', '').trimEnd()}\n`;
  if (text !== '\n') void verify([{ name: 'pasted text', bytes: new TextEncoder().encode(text) }]);
  else status.textContent = 'Paste the text of a receipt first.';
});
for (const name of ['dragenter', 'dragover'] as const) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) drop.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void chosen(event.dataTransfer?.files ?? []);
});
