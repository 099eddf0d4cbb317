// The waves of a migration's form: which devices each takes, and what has to be before the next one opens.
import { html, nothing } from "lit";
import { icon } from "./format.js";
import { DURATION } from "./schedule.js";

/** The waves of the form `page`. */
export function wavesTable(page, m) {
  const change = (index, changes) => page.set({ waves: m.waves.map((wave, at) => at === index ? { ...wave, ...changes } : wave) });
  const found = page.details[m.application];
  const KINDS = { devices: "devices", percent: "%", ...(m.sourceKind === "application" ? { group: "device group" } : {}), match: "ids like" };
  const input = (index, part, label, extra = {}) => {
    const key = `wave-${index}-${part}`;
    return html`<input class="form-control" id=${key} aria-label="${label}, wave ${index + 1}" .value=${m.waves[index][part]} type=${extra.type ?? "text"} pattern=${extra.pattern ?? nothing} title=${extra.title ?? nothing} placeholder=${extra.placeholder ?? nothing} maxlength=${extra.type ? nothing : 128} min=${extra.min ?? nothing} max=${extra.max ?? nothing} step=${extra.step ?? nothing}
      ?required=${extra.required} aria-invalid=${page.mistakes.has(key) ? "true" : nothing} aria-describedby=${page.described(key)} @input=${event => {
        page.mistakes.delete(key);
        change(index, { [part]: event.target.value });
      }}>${page.wrong(key)}`;
  };
  /** A group by its name where the worker sees it; numbers for what is counted; an id or a pattern else. */
  const size = (wave, index) => {
    const groups = wave.kind === "group" && found?.deviceGroups?.length ? found.deviceGroups : null;
    if (groups) {
      const key = `wave-${index}-size`;
      return html`<select class="form-select" id=${key} aria-label="Device group, wave ${index + 1}" required aria-invalid=${page.mistakes.has(key) ? "true" : nothing} aria-describedby=${page.described(key)} @change=${event => change(index, { size: event.target.value })}>
        <option value="" .selected=${!wave.size}>Choose…</option>${groups.map(one => html`<option value=${one.id} .selected=${one.id === wave.size || one.name === wave.size}>${one.name}</option>`)}</select>${page.wrong(key)}`;
    }
    if (wave.kind === "group") return input(index, "size", "Device group", { required: true, placeholder: "id or name" });
    if (wave.kind === "match") return input(index, "size", "Ids like", { required: true, placeholder: "north-*" });
    const percent = wave.kind === "percent";
    return input(index, "size", "Size", { type: "number", min: percent ? 0.0001 : 1, max: percent ? 100 : undefined, step: percent ? "any" : 1, required: true });
  };
  return html`<div class="table-box" tabindex="0" role="region" aria-label="Waves"><table class="table waves-form stack"><thead><tr><th scope="col">Wave</th><th scope="col">Which devices</th><th scope="col">Gate: % arrived</th><th scope="col">Deadline</th><th scope="col">Then</th><th scope="col"><span class="visually-hidden">Remove</span></th></tr></thead>
    <tbody>${m.waves.map((wave, index) => html`<tr><td data-label="Wave">${input(index, "name", "Name", { required: true })}</td>
      <td data-label="Which devices">${wave.kind === "other" ? "as defined" : html`<div class="size">${size(wave, index)}
        <select class="form-select" aria-label="Chosen by, wave ${index + 1}" @change=${event => change(index, { kind: event.target.value, size: "" })}>${Object.entries(KINDS).map(([kind, label]) => html`<option value=${kind} .selected=${wave.kind === kind}>${label}</option>`)}</select></div>`}</td>
      <td data-label="Gate: % arrived">${input(index, "success", "Gate in percent", { type: "number", min: 0, max: 100, step: "any" })}</td>
      <td data-label="Deadline">${input(index, "deadline", "Deadline", { ...DURATION, placeholder: "none" })}</td>
      <td data-label="Then"><select class="form-select" aria-label="Then, wave ${index + 1}" @change=${event => change(index, { then: event.target.value })}><option value="continue" .selected=${wave.then !== "wait"}>goes on</option><option value="wait" .selected=${wave.then === "wait"}>waits for a person</option></select></td>
      <td><button type="button" class="btn btn-outline-secondary" aria-label="Remove wave ${index + 1}" @click=${() => page.set({ waves: m.waves.filter((_, at) => at !== index) })}>${icon("cross")}</button></td></tr>`)}
    <tr><td data-label="Wave">the rest</td><td data-label="Which devices">all others</td><td data-label="Gate: % arrived"></td><td data-label="Deadline"></td><td data-label="Then"></td><td></td></tr></tbody></table></div>
    <button type="button" class="btn btn-outline-secondary btn-sm" @click=${() => page.set({ waves: [...m.waves, { name: `wave ${m.waves.length + 1}`, kind: "percent", size: "25", success: "98", then: "continue", deadline: "" }] })}>Add a wave</button>
    <p class="hint">When a gate is missed the migration pauses; a person may resume it or promote the next wave. Past its deadline, such as 2h, a wave gives up devices that were never reached. Stars in ids stand for anything.</p>`;
}
