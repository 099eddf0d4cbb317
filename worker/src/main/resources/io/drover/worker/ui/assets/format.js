// Numbers, times and states in words.
import { html, svg, nothing } from "lit";

const whole = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const count = n => whole.format(n ?? 0);
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

/** A rate: enough digits to tell apart what matters. */
export function rate(perSecond, what = "") {
  if (perSecond === null || perSecond === undefined) return "–";
  const unit = what ? ` ${what}` : "";
  if (perSecond === 0 || perSecond >= 1) return `${oneDigit.format(perSecond)}${unit}/s`;
  return perSecond * 60 >= 1 ? `${oneDigit.format(perSecond * 60)}${unit}/min` : `${twoDigits.format(perSecond * 3600)}${unit}/h`;
}

/** Never 100 % before all are there, never 0 % when one is. */
export function percent(part, all) {
  if (!all) return "–";
  const share = (100 * part) / all;
  if (part > 0 && share < 0.1) return "< 0.1 %";
  return oneDigit.format(Math.floor(share * 10) / 10) + " %";
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s < 600 && s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.round(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.round((s % 86400) / 3600)} h`;
}

export const range = (low, high) => low === high ? duration(low) : `${duration(low)} to ${duration(high)}`;

/** A time as it is here, with UTC beside it for who compares logs. */
export function time(instant, { short = false } = {}) {
  if (!instant) return html`<span class="text-body-secondary">–</span>`;
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  return html`<time datetime=${date.toISOString()} title=${date.toISOString()}
    >${short && today ? clock.format(date) : day.format(date)}</time>`;
}

export const shortTime = (date, seconds) => (seconds ? clock : minutes).format(date);
export const clockTime = date => clock.format(date);

export function ago(instant) {
  const seconds = (new Date(instant) - Date.now()) / 1000;
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), "second");
}

const SHAPES = {
  check: svg`<path d="m3.5 8.5 3 3 6-7"/>`,
  cross: svg`<path d="m4 4 8 8m0-8-8 8"/>`,
  clock: svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.3"/>`,
  arrow: svg`<path d="M2.5 8h10m-4-4 4 4-4 4"/>`,
  dot: svg`<circle cx="8" cy="8" r="2.2"/>`,
  ring: svg`<circle cx="8" cy="8" r="4.5"/>`,
  pause: svg`<path d="M5.5 3.5v9m5-9v9"/>`,
  ban: svg`<circle cx="8" cy="8" r="5.5"/><path d="m4.2 4.2 7.6 7.6"/>`,
  person: svg`<circle cx="8" cy="5.5" r="2.5"/><path d="M3 14c.6-3 2.5-4.3 5-4.3s4.4 1.3 5 4.3"/>`,
  warning: svg`<path d="M8 2.5 14.2 13.5H1.8Z"/><path d="M8 6.5v3.2m0 1.8v.2"/>`,
  pen: svg`<path d="m3 13 .8-3L10.5 3.3l2.2 2.2L6 12.2Z"/>`,
  antenna: svg`<path d="M8 13V7.5"/><circle cx="8" cy="5.5" r="1.5"/><path d="M4.8 8.3a4.5 4.5 0 0 1 0-5.6m6.4 0a4.5 4.5 0 0 1 0 5.6"/>`,
};
export const icon = name => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;

/** Each state of a device: its name here, its colour's kind, and what happens then. In the order of the way. */
export const DEVICE_STATES = {
  PENDING: { label: "Pending", kind: "idle", icon: "ring", text: "Discovered; its wave is not open yet, or the target is not ready" },
  REGISTERED: { label: "Registered", kind: "idle", icon: "dot", text: "The target accepts it; its command goes out in its turn" },
  COMMANDED: { label: "Commanded", kind: "moving", icon: "arrow", text: "A command is under way, or its answer is being judged" },
  ACCEPTED: { label: "Accepted", kind: "moving", icon: "arrow", text: "The device said yes and has not arrived yet" },
  ASSIGNED: { label: "Assigned", kind: "moving", icon: "arrow", text: "The target assigned a hub" },
  CONNECTED: { label: "Connected", kind: "moving", icon: "antenna", text: "Seen at the target" },
  MIGRATED: { label: "Migrated", kind: "good", icon: "check", text: "Proven at the target" },
  WAITING: { label: "Waiting", kind: "waiting", icon: "clock", text: "Offline at the source; commanded when it comes back" },
  FAILED: { label: "Failed", kind: "bad", icon: "cross", text: "No attempt is left; its reason says what to do" },
  EXCLUDED: { label: "Excluded", kind: "out", icon: "ban", text: "Cannot be moved; its reason says why" },
  CANCELLED: { label: "Cancelled", kind: "out", icon: "ban", text: "The migration was aborted first" },
};
export const MOVING = ["COMMANDED", "ACCEPTED", "ASSIGNED", "CONNECTED"];

export const MIGRATION_STATES = {
  DRAFT: { label: "Draft", kind: "idle", icon: "pen" },
  AWAITING_APPROVAL: { label: "Awaiting approval", kind: "waiting", icon: "person" },
  SCHEDULED: { label: "Scheduled", kind: "idle", icon: "clock" },
  RUNNING: { label: "Running", kind: "moving", icon: "arrow" },
  PAUSED: { label: "Paused", kind: "waiting", icon: "pause" },
  ABORTING: { label: "Aborting", kind: "bad", icon: "ban" },
  ABORTED: { label: "Aborted", kind: "out", icon: "ban" },
  FINISHED: { label: "Finished", kind: "good", icon: "check" },
};
export const WAVE_STATES = {
  PLANNED: { label: "Planned", kind: "idle", icon: "ring" },
  OPEN: { label: "Open", kind: "moving", icon: "arrow" },
  HELD: { label: "Held", kind: "waiting", icon: "pause" },
  COMPLETE: { label: "Complete", kind: "good", icon: "check" },
};

function badge(known, state) {
  const shown = known[state] ?? { label: words(state), kind: "idle", icon: "dot" };
  return html`<span class="state state-${shown.kind}">${icon(shown.icon)}${shown.label}</span>`;
}
export const deviceState = state => badge(DEVICE_STATES, state);
export const migrationState = state => badge(MIGRATION_STATES, state);
export const waveState = state => badge(WAVE_STATES, state);

/** NO_HANDLER as people read it. */
export const words = name => name ? name.charAt(0).toUpperCase() + name.slice(1).toLowerCase().replaceAll("_", " ") : "";

/** How far a migration is, from its counts. */
export function progress(migration) {
  const counts = migration.counts ?? {};
  const of = state => counts[state] ?? 0;
  const moving = MOVING.reduce((sum, state) => sum + of(state), 0);
  const out = of("EXCLUDED") + of("CANCELLED");
  const final = of("MIGRATED") + of("FAILED") + out;
  return {
    total: migration.total ?? 0, movable: (migration.total ?? 0) - of("EXCLUDED"), migrated: of("MIGRATED"), failed: of("FAILED"),
    waiting: of("WAITING"), ready: of("PENDING") + of("REGISTERED"), moving, out, excluded: of("EXCLUDED"),
    cancelled: of("CANCELLED"), final,
  };
}

export const when = (condition, value) => condition ? value : nothing;
