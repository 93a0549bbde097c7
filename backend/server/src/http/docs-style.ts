// The style of the page at /docs: system fonts, light and dark, phone and wide.
export const DOCS_STYLE = `
:root { --ink:#1b2430; --soft:#536074; --paper:#fff; --sheet:#f5f7fa; --line:#d5dce6; --accent:#1f5fbf;
  --get:#1a6b3c; --post:#1f5fbf; --put:#8a5200; --delete:#a8262b; --other:#5b3fa0; }
@media (prefers-color-scheme: dark) { :root { --ink:#e4e9f0; --soft:#a3afc0; --paper:#12171e; --sheet:#1a212b;
  --line:#323d4b; --accent:#86b4ff; --get:#7fd6a0; --post:#86b4ff; --put:#f0b866; --delete:#ff9a9d; --other:#c3adff; } }
* { box-sizing:border-box; }
body { margin:0; background:var(--paper); color:var(--ink); font:16px/1.5 system-ui,sans-serif; }
header, main { max-width:64rem; margin:0 auto; padding:16px 24px; }
h1 { margin:8px 0; } h1 small { color:var(--soft); font-weight:400; font-size:1rem; }
h2 { margin:32px 0 0; text-transform:capitalize; } h3 { margin:16px 0 4px; font-size:1rem; }
p { margin:4px 0 12px; } a { color:var(--accent); }
code, pre { font:14px/1.5 ui-monospace,monospace; font-variant-numeric:tabular-nums; }
nav { position:sticky; top:0; z-index:1; display:flex; flex-wrap:wrap; gap:8px 16px; align-items:center;
  padding:8px 24px; background:var(--sheet); border-block:1px solid var(--line); }
nav ul { display:flex; flex-wrap:wrap; gap:4px 16px; margin:0; padding:0; list-style:none; }
section, details { scroll-margin-top:128px; }
input, button { font:inherit; color:inherit; background:var(--paper); border:1px solid var(--soft);
  border-radius:6px; padding:4px 10px; min-height:32px; max-width:100%; }
button { cursor:pointer; background:var(--sheet); }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; }
.row { display:flex; flex-wrap:wrap; gap:8px 12px; align-items:center; margin:12px 0; }
details { border:1px solid var(--line); border-radius:8px; margin:8px 0; background:var(--paper); }
summary { padding:8px 12px; cursor:pointer; overflow-wrap:anywhere; }
summary span { color:var(--soft); } details > div { padding:0 16px 12px; }
summary b { display:inline-block; min-width:4.5em; font-size:.8rem; color:var(--other); }
b.get { color:var(--get); } b.post { color:var(--post); } b.put, b.patch { color:var(--put); } b.delete { color:var(--delete); }
pre { margin:0 0 12px; padding:12px; overflow:auto; max-height:32rem; background:var(--sheet);
  border:1px solid var(--line); border-radius:6px; }
.wide { overflow-x:auto; } table { border-collapse:collapse; width:100%; }
th, td { text-align:left; vertical-align:top; padding:4px 12px 4px 0; border-bottom:1px solid var(--line); }
`;
