"""How the cleaning card looks: a data sheet, on screen in light and dark, and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --paper: #fff; --tint: #f5f7f9;
  --blue: #0b62b8; --red: #b3261e; --green: #17703b; --amber: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --soft: #a3adb8; --line: #3a424b; --paper: #14181c;
  --tint: #1d2329; --blue: #7db8f5; --red: #ff9d94; --green: #7fd6a0; --amber: #f0c063; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { border-bottom: 3px solid var(--ink); margin-bottom: 1rem; }
.kind { margin: 0; text-transform: uppercase; letter-spacing: .08em; font-size: .8rem; color: var(--soft); }
h1 { margin: .1rem 0; font-size: 1.9rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: .95rem; margin: 1rem 0 .4rem; overflow-wrap: anywhere; }
.sub, .note { color: var(--soft); font-size: .87rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .6rem; }
.tiles div { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.tiles b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; margin: .5rem 0;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td { overflow-wrap: break-word; }
.one { white-space: nowrap; }
dl { display: grid; grid-template-columns: minmax(9rem, 18rem) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .78rem; overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .8rem;
  white-space: pre-wrap; }
.warning { border-left: 4px solid var(--amber); background: var(--tint); padding: .6rem .9rem; }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem; }
article { border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; break-inside: avoid; }
article p { margin: .3rem 0; overflow-wrap: anywhere; }
article h3 { margin-top: 0; }
article ol { list-style: upper-alpha; margin: .3rem 0; padding-left: 1.5rem; font-size: .87rem; }
article img { max-width: 100%; max-height: 12rem; display: block; margin-bottom: .5rem; }
del { color: var(--red); }
ins { color: var(--green); text-decoration: none; font-weight: 600; }
svg { width: 100%; height: auto; margin: .5rem 0; }
svg text { font-size: 12px; fill: var(--ink); }
svg line { stroke-width: 2; }
.given { stroke: var(--soft); fill: var(--soft); }
.corrected { stroke: var(--blue); fill: var(--blue); }
.audit { stroke: var(--amber); fill: var(--amber); }
tspan { stroke: none; }
@page { margin: 15mm 14mm; }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #fff; --blue: #0b62b8;
  --red: #900; --green: #060; --amber: #850; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } .wide { overflow: visible; }
  h2, h3 { break-after: avoid; } tr, .tiles { break-inside: avoid; } table { font-size: 8pt; } }
"""
