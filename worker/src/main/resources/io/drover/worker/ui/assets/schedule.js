// Parts of the form of a migration that say when devices may be told to move, and how long each step may take.
import { html, nothing } from "lit";
import { icon } from "./format.js";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_NAMES = { mon: "Monday", tue: "Tuesday", wed: "Wednesday", thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" };
const ZONES = Intl.supportedValuesOf?.("timeZone") ?? [];
export const DURATION = { pattern: "[0-9]{1,9}(ms|s|m|h|d)", title: "A number and its unit: s, m, h or d, such as 30s, 5m, 2h or 7d" };
const DEADLINES = {
  answer: ["To answer the command", "30s"], assigned: ["To register at the target", "5m"], connected: ["To connect there", "5m"],
  telemetry: ["To send telemetry there", "10m"], offline: ["To come back when it is offline", "7d"],
};

export const newWindow = () => ({ days: [], from: "22:00", to: "04:00", zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC" });

/** Times in which commands go out; `page` is the form. */
export function windowsField(page, m) {
  const change = (index, changes) => page.set({ windows: m.windows.map((one, at) => at === index ? { ...one, ...changes } : one) });
  const remove = async index => {
    page.set({ windows: m.windows.filter((_, at) => at !== index) });
    await page.updateComplete;
    page.querySelector("#add-window")?.focus();
  };
  const add = async () => {
    page.set({ windows: [...m.windows, newWindow()] });
    await page.updateComplete;
    page.querySelector(`#window-${m.windows.length}-from`)?.focus();
  };
  return html`<fieldset class="field" id="windows" tabindex="-1"><legend class="form-label">Maintenance windows <span class="optional">optional</span></legend>
    <div class="hint">Devices are told to move in these times only; without any, at all times. What is on its way when a window closes arrives all the same.</div>
    ${m.windows.map((one, index) => windowRow(page, one, index, changes => change(index, changes), () => remove(index)))}
    ${ZONES.length ? html`<datalist id="zones">${ZONES.map(zone => html`<option value=${zone}></option>`)}</datalist>` : nothing}
    <button type="button" class="btn btn-outline-secondary btn-sm" id="add-window" @click=${add}>Add a window</button>${page.wrong("windows")}</fieldset>`;
}

function windowRow(page, one, index, change, remove) {
  const key = part => `window-${index}-${part}`;
  const input = (part, label, type, list) => html`<div><label class="form-label" for=${key(part)}>${label}<span class="visually-hidden">, window ${index + 1}</span></label>
    <input class="form-control" id=${key(part)} type=${type} required list=${list ?? nothing} maxlength="64" autocomplete="off" .value=${one[part]}
      aria-invalid=${page.mistakes.has(key(part)) ? "true" : nothing} aria-describedby=${page.described(key(part))} @input=${event => {
        page.mistakes.delete(key(part));
        change({ [part]: event.target.value });
      }}>${page.wrong(key(part))}</div>`;
  const toggle = day => change({ days: DAYS.filter(each => (each === day) !== one.days.includes(each)) });
  return html`<fieldset class="window" id=${key("days")} tabindex="-1"><legend>Window ${index + 1}</legend>
    <div class="days" role="group" aria-label="Days of window ${index + 1}; none chosen is every day">${DAYS.map(day => html`
      <label><input class="form-check-input" type="checkbox" .checked=${one.days.includes(day)} @change=${() => toggle(day)}> <span aria-hidden="true">${DAY_NAMES[day].slice(0, 3)}</span><span class="visually-hidden">${DAY_NAMES[day]}</span></label>`)}
      <span class="hint">${one.days.length ? nothing : "every day"}</span></div>${page.wrong(key("days"))}
    <div class="window-times">${input("from", "From", "time")}${input("to", "To", "time")}${input("zone", "Time zone", "text", "zones")}
      <button type="button" class="btn btn-outline-secondary" aria-label="Remove window ${index + 1}" @click=${remove}>${icon("cross")}</button></div></fieldset>`;
}

/** How long each step of a device may take. */
export function deadlineFields(page, m) {
  const key = part => `deadline-${part}`;
  return html`<fieldset class="field inline" id="deadlines" tabindex="-1"><legend class="form-label">Deadlines of one device <span class="optional">optional</span></legend>
    ${Object.entries(DEADLINES).map(([part, [label, usual]]) => html`<div class="field"><label class="form-label" for=${key(part)}>${label}</label>
      <input class="form-control" id=${key(part)} pattern=${DURATION.pattern} title=${DURATION.title} maxlength="12" placeholder=${usual} autocomplete="off" .value=${m.deadlines[part] ?? ""}
        aria-invalid=${page.mistakes.has(key(part)) ? "true" : nothing} aria-describedby="deadlines-hint" @input=${event => {
          page.mistakes.delete(key(part));
          page.set({ deadlines: { ...m.deadlines, [part]: event.target.value.trim() } });
        }}>${page.wrong(key(part))}</div>`)}
    <div class="hint" id="deadlines-hint">Such as 30s, 5m, 2h or 7d; an empty one is as shown in grey. Past its deadline the target is looked at, and only then a device is told again or has failed.</div></fieldset>`;
}

/** In words, for the review. */
export const windowText = one => `${one.days.length ? one.days.map(day => DAY_NAMES[day].slice(0, 3)).join(", ") : "daily"} ${one.from} to ${one.to} ${one.zone}`;
