// How far a migration is: a bar that tells the truth, and the numbers beside it.
import { html, nothing, svg } from "lit";
import { count, duration, percent, plural, progress, range } from "./format.js";

const PARTS = [["migrated", "good", "migrated"], ["moving", "moving", "on the way"], ["waiting", "waiting", "offline"],
  ["failed", "bad", "failed"], ["out", "out", "excluded or cancelled"]];
const WIDTH = 1000;
const LEAST = 6;

/** Each part in its true share of all devices; one that is there at all can be seen. */
export function progressBar(migration) {
  const p = progress(migration);
  if (!p.total) return nothing;
  let x = 0;
  const parts = PARTS.filter(([key]) => p[key] > 0).map(([key, kind, label]) => {
    const width = Math.max(LEAST, (WIDTH * p[key]) / p.total);
    const part = svg`<rect class="fill-${kind}" x=${x} y="0" width=${width} height="10"><title>${count(p[key])} ${label}</title></rect>`;
    x += width;
    return part;
  });
  // Parts made visible may exceed the whole by a few units, so all shrink together rather than the last being cut off.
  return html`<svg class="bar" viewBox="0 0 ${Math.max(WIDTH, x)} 10" preserveAspectRatio="none" role="img"
      aria-label=${spoken(p)}>${parts}</svg>`;
}

const spoken = p => `${count(p.migrated)} of ${count(p.movable)} devices arrived, ${count(p.failed)} failed, ${count(p.moving)} on the way`;

export function progressText(migration) {
  const p = progress(migration);
  if (!p.total) return html`<span class="text-body-secondary">No devices yet</span>`;
  return html`<strong>${count(p.migrated)}</strong> of ${plural(p.movable, "device")} arrived (${percent(p.migrated, p.movable)})${
    p.failed ? html`, <strong class="text-bad">${count(p.failed)} failed</strong>` : nothing}`;
}

export function eta(migration) {
  const e = migration.etaSeconds;
  if (!e) return "–";
  return html`<span title="from ${duration(e.low)} to ${duration(e.high)}">about ${duration(e.likely)}</span>
    <span class="text-body-secondary small">(${range(e.low, e.high)})</span>`;
}
