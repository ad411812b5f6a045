/** Of the report: readable from 700 pixels on, in light and dark, and on paper. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #ffffff; --card: #f6f7f9; --text: #1c2330; --soft: #5b6576; --line: #d8dde5;
  --good: #2f8f5b; --calm: #6b8fb5; --warn: #d07a15; --bad: #c23b3b; --void: #9aa3b0;
  --arm-0: #2563eb; --arm-1: #c2570c; --arm-2: #0f8a5f; --arm-3: #8b3fd1; --arm-4: #b91c5c; --arm-5: #0e7490; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161d; --card: #1b212b; --text: #e4e8ef; --soft: #9ba6b7; --line: #333c4a;
  --good: #4cc38a; --calm: #7ba7d6; --warn: #f0a542; --bad: #f07171; --void: #6d7787;
  --arm-0: #6ea8ff; --arm-1: #ffa657; --arm-2: #4cd19b; --arm-3: #c79bff; --arm-4: #ff86b3; --arm-5: #4fd0e7; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 15px; margin: 20px 0 6px; overflow-wrap: anywhere; }
p { margin: 6px 0; } .soft, .note { color: var(--soft); } .note { font-size: 13px; }
.facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 20px 0; }
.fact { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; min-width: 110px; }
.fact b { display: block; font-size: 22px; line-height: 1.25; }
.fact span { color: var(--soft); font-size: 13px; }
.finding { border-left: 4px solid var(--bad); background: var(--card); padding: 8px 14px; margin: 8px 0; }
.verdict { border-left-color: var(--arm-0); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.fit { white-space: nowrap; } td.key { overflow-wrap: anywhere; }
.share { display: flex; width: 150px; height: 12px; border-radius: 3px; overflow: hidden; margin: 5px 0 3px; background: var(--line); }
.share i { display: block; height: 100%; }
.resolved, .quiet { background: var(--good); } .unaffected { background: var(--calm); } .unresolved { background: var(--warn); }
.false_alarm, .failed { background: var(--bad); } .void, .unfinished { background: var(--void); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 4px 0; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
svg { width: 100%; height: auto; display: block; font: 12px system-ui, sans-serif; }
svg text { fill: var(--soft); } svg .strong { font-weight: 600; }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke: var(--arm); stroke-width: 2.2; } .band { fill: var(--arm); opacity: .13; }
svg .name { fill: var(--text); } [class^="arm-"] .name { fill: var(--arm); font-weight: 600; }
[class^="arm-"] .mark { stroke: var(--arm); stroke-width: 2; }
.arm-0 { --arm: var(--arm-0); } .arm-1 { --arm: var(--arm-1); } .arm-2 { --arm: var(--arm-2); }
.arm-3 { --arm: var(--arm-3); } .arm-4 { --arm: var(--arm-4); } .arm-5 { --arm: var(--arm-5); }
.legend .swatch { background: var(--arm); }
.bar.fault { fill: var(--void); } .bar.away { fill: var(--bad); } .bar.whole { fill: var(--warn); }
circle.mark { fill: var(--arm-0); stroke: var(--page); stroke-width: 1.5; }
.trial { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 18px; margin: 12px 0; }
.trial h3 { margin-top: 0; } summary { cursor: pointer; color: var(--soft); font-size: 13px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; overflow-x: auto; font-size: 13px; line-height: 1.45; }
code { font-size: 13px; }
@media print { .trial, h2, h3, svg { break-inside: avoid; } }
`;
