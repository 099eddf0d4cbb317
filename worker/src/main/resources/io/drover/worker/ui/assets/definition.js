// A new migration, or a draft that is changed: source, target, rollout, and a look at all of it before it is kept.
import { html, nothing } from "lit";
import { encode, read, readWithTag, session, write } from "./api.js";
import { live } from "./live.js";
import { icon } from "./format.js";
import { blank, fromDefinition, listed, placeOf, toDefinition } from "./model.js";
import { CREDENTIALS } from "./plan.js";
import { wavesTable } from "./waves.js";
import { deadlineFields, DURATION, windowsField, windowText } from "./schedule.js";
import { go, notice, Page, problemBox, query, skeleton } from "./page.js";

const STEPS = ["Source", "Target", "Rollout", "Review"];
const KEPT = "drover-new-migration";
const OTHER = "\u0000other";
const VERIFICATIONS = {
  telemetry: "Telemetry at the target (recommended)", "telemetry+twin": "Telemetry, and everything it owns is there", connected: "Connected to the target",
  assigned: "Assigned by the target",
};
const REGISTRATIONS = {
  enrollment: "The source's enrollment groups (recommended)", individual: "An enrollment of its own for each device",
  preregister: "Made at the target hub beforehand",
};

class Definition extends Page {
  static properties = {
    ...Page.properties, model: { state: true }, estate: { state: true }, estateProblem: { state: true }, details: { state: true }, typed: { state: true },
    mistakes: { state: true }, refused: { state: true }, busy: { state: true },
  };

  get editing() {
    return this.params?.[0];
  }

  get heading() {
    return this.editing ? `Edit ${this.editing}` : "New migration";
  }

  get step() {
    return Math.min(STEPS.length - 1, Math.max(0, Number(new URLSearchParams(this.search).get("step") ?? 1) - 1));
  }

  connectedCallback() {
    super.connectedCallback();
    this.details = {};
    this.typed = new Set();
    this.mistakes = new Map();
    this.original = {};
    this.key = crypto.randomUUID();
    live.follow("/events");
    this.begin();
    if (session.may("operator")) {
      read("/estate", {}, this.signal).then(estate => { this.estate = estate; this.lookUp(); }, failure => {
        if (failure.name !== "AbortError") this.estateProblem = failure;
      });
    }
  }

  begin() {
    return this.load(async () => {
      if (this.editing) {
        const { body, etag } = await readWithTag(`/migrations/${encode(this.editing)}/definition`, this.signal);
        this.original = body;
        this.etag = etag;
        this.model = fromDefinition(body);
      } else {
        this.model = { ...blank(), ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
      }
      this.lookUp();
    });
  }

  set(changes) {
    this.model = { ...this.model, ...changes };
    for (const key of Object.keys(changes)) this.mistakes.delete(key);
    if (!this.editing) sessionStorage.setItem(KEPT, JSON.stringify(this.model));
    if ("application" in changes || "targetApplication" in changes) this.lookUp();
  }

  /** Groups and templates of the applications that are named. */
  lookUp() {
    for (const name of [this.model?.application, this.model?.targetApplication]) {
      if (!name || !/^[A-Za-z0-9-]+$/.test(name) || this.details[name] !== undefined || !this.estate?.applications?.some(one => one.name === name)) continue;
      this.details = { ...this.details, [name]: null };
      read(`/estate/applications/${encode(name)}`, {}, this.signal).then(
        found => { this.details = { ...this.details, [name]: found }; },
        failure => { if (failure.name !== "AbortError") this.details = { ...this.details, [name]: { problem: failure } }; });
    }
  }

  updated(changed) {
    const moved = changed.has("search") && changed.get("search") !== undefined;
    if (moved && this.focusField) {
      const field = this.querySelector("#" + CSS.escape(this.focusField));
      field?.closest("details")?.setAttribute("open", "");
      field?.focus();
      this.focusField = null;
    } else if (moved) {
      this.querySelector("h2")?.focus();
    }
    if (changed.has("refused") && this.refused) this.querySelector(".summary")?.focus();
  }

  next(event) {
    event.preventDefault();
    if (this.step < STEPS.length - 1) query({ step: this.step + 2 });
    else this.save(true);
  }

  async save(plan) {
    if (this.busy) return;
    this.busy = true;
    this.refused = null;
    this.mistakes = new Map();
    const definition = toDefinition(this.model, this.original);
    try {
      const path = `/migrations/${encode(definition.name)}`;
      if (this.editing) await write("PUT", `/migrations/${encode(this.editing)}/definition`, definition, { etag: this.etag, key: this.key });
      else await write("POST", "/migrations", definition, { key: this.key });
      if (!this.editing) sessionStorage.removeItem(KEPT);
      notice(`The draft ${definition.name} is kept.`);
      if (plan) await write("POST", `${path}/plan`, { credentials: CREDENTIALS }).catch(problem => notice(problem.detail, { kind: "bad" }));
      go(plan ? `${path}/plan` : path);
    } catch (problem) {
      this.key = crypto.randomUUID();
      for (const mistake of problem.problems ?? []) {
        const place = placeOf(mistake.where);
        if (place) this.mistakes.set(place.field, `${mistake.problem} ${mistake.remedy ?? ""}`);
      }
      this.refused = problem;
    }
    this.busy = false;
  }

  render() {
    if (!session.may("operator")) {
      return html`<h1 tabindex="-1">${this.heading}</h1><p class="empty">Defining a migration takes the role operator. Ask who administers Drover for it.</p>`;
    }
    return html`<div class="narrow">
      <nav aria-label="Where you are" class="crumbs"><a href="/migrations">Migrations</a></nav>
      <div class="head"><h1 tabindex="-1">${this.heading}</h1></div>
      <ol class="steps" aria-label="Steps">${STEPS.map((label, index) => html`<li class=${index < this.step ? "done" : ""}>
        <a href="?step=${index + 1}" aria-current=${index === this.step ? "step" : nothing}><span class="step-number">${index < this.step ? icon("check") : index + 1}</span>${label}</a></li>`)}</ol>
      ${problemBox(this.problem, () => this.begin())}
      ${this.summary()}
      ${this.model ? html`<form @submit=${this.next}>${[this.source, this.target, this.rolloutStep, this.review][this.step].call(this, this.model)}
        <div class="actions">
          ${this.step ? html`<button class="btn btn-outline-secondary" type="button" @click=${() => query({ step: this.step })}>Back</button>` : nothing}
          <button class="btn btn-primary" ?disabled=${this.busy}>${this.step < STEPS.length - 1 ? `Next: ${STEPS[this.step + 1].toLowerCase()}`
            : this.busy ? "Keeping it…" : "Keep as a draft and plan"}</button>
          ${this.step === STEPS.length - 1 ? html`<button class="btn btn-outline-secondary" type="button" ?disabled=${this.busy} @click=${() => this.save(false)}>Keep as a draft</button>` : nothing}
        </div></form>` : this.problem ? nothing : skeleton(8)}</div>`;
  }

  summary() {
    if (!this.refused) return nothing;
    const mistakes = this.refused.problems ?? [];
    return html`<div class="problem summary" role="alert" tabindex="-1"><h2 class="h6">${icon("warning")}${this.refused.title}</h2><p>${this.refused.detail}</p>
      ${mistakes.length ? html`<ul>${mistakes.map(one => {
        const place = placeOf(one.where);
        const text = html`${one.where ? html`<code>${one.where}</code> ` : nothing}${one.problem} ${one.remedy}`;
        return html`<li>${place ? html`<a href="?step=${place.step + 1}" @click=${() => { this.focusField = place.field; }}>${text}</a>` : text}</li>`;
      })}</ul>` : nothing}</div>`;
  }

  wrong(key) {
    return this.mistakes.has(key) ? html`<div class="wrong" id="${key}-wrong">${icon("warning")}${this.mistakes.get(key)}</div>` : nothing;
  }

  described(key, hint) {
    return [hint ? `${key}-hint` : "", this.mistakes.has(key) ? `${key}-wrong` : ""].filter(Boolean).join(" ") || nothing;
  }

  text(key, label, { hint, required, pattern, title, type = "text", max = 128, placeholder, min, suffix } = {}) {
    const input = html`<input class="form-control" id=${key} type=${type} .value=${this.model[key]} ?required=${required} pattern=${pattern ?? nothing} title=${title ?? nothing}
      maxlength=${max} min=${min ?? nothing} placeholder=${placeholder ?? nothing} autocomplete="off" aria-invalid=${this.mistakes.has(key) ? "true" : nothing}
      aria-describedby=${this.described(key, hint)} @input=${event => this.set({ [key]: event.target.value })}>`;
    return html`<div class="field"><label class="form-label" for=${key}>${label}${required ? nothing : html` <span class="optional">optional</span>`}</label>
      ${suffix ? html`<div class="input-group">${input}<span class="input-group-text">${suffix}</span></div>` : input}
      ${hint ? html`<div class="hint" id="${key}-hint">${hint}</div>` : nothing}${this.wrong(key)}</div>`;
  }

  /** Ids of devices, one in each line. */
  lines(key, label, hint) {
    const ids = listed(this.model[key]).length;
    return html`<div class="field"><label class="form-label" for=${key}>${label} <span class="optional">optional</span></label>
      <textarea class="form-control id" id=${key} rows="3" maxlength="900000" spellcheck="false" autocomplete="off" .value=${this.model[key]} aria-invalid=${this.mistakes.has(key) ? "true" : nothing}
        aria-describedby=${this.described(key, hint)} @input=${event => this.set({ [key]: event.target.value })}></textarea>
      <div class="hint" id="${key}-hint">${hint}${ids ? html` <strong>${ids === 1 ? "One id" : `${ids.toLocaleString()} ids`}.</strong>` : nothing}</div>${this.wrong(key)}</div>`;
  }

  /** What the worker's client sees, to choose from; anything else can be typed. */
  pick(key, label, options, { hint, required, empty = "Choose…", loading } = {}) {
    const value = this.model[key];
    if (!options?.length) {
      const why = loading ? "Being read from Azure; you can type it meanwhile." : hint;
      return this.text(key, label, { hint: why, required });
    }
    const known = options.some(option => option.value === value);
    const typing = this.typed.has(key) || (value && !known);
    if (typing) {
      return html`<div class="with-link">${this.text(key, label, { hint, required })}
        <button type="button" class="btn btn-link btn-sm" @click=${() => { this.typed.delete(key); this.set({ [key]: "" }); }}>Choose ${label.toLowerCase()} from a list</button></div>`;
    }
    return html`<div class="field"><label class="form-label" for=${key}>${label}${required ? nothing : html` <span class="optional">optional</span>`}</label>
      <select class="form-select" id=${key} ?required=${required} aria-invalid=${this.mistakes.has(key) ? "true" : nothing} aria-describedby=${this.described(key, hint)}
        @change=${async event => {
          if (event.target.value !== OTHER) {
            this.set({ [key]: event.target.value });
            return;
          }
          this.typed = new Set(this.typed).add(key);
          await this.updateComplete;
          this.querySelector("#" + key)?.focus();
        }}>
        <option value="" .selected=${!value}>${empty}</option>
        ${options.map(option => html`<option value=${option.value} .selected=${option.value === value}>${option.label}</option>`)}
        <option value=${OTHER}>Type another…</option></select>
      ${hint ? html`<div class="hint" id="${key}-hint">${hint}</div>` : nothing}${this.wrong(key)}</div>`;
  }

  radios(key, label, choices) {
    return html`<fieldset class="field" id=${key} tabindex="-1"><legend class="form-label">${label}</legend><div class="choices">${Object.entries(choices).map(([value, [title, text]]) => html`
      <label class="choice"><input class="form-check-input" type="radio" name=${key} value=${value} .checked=${this.model[key] === value} @change=${() => this.set({ [key]: value })}>
        <span><strong>${title}</strong>${text ? html`<span class="d-block small">${text}</span>` : nothing}</span></label>`)}</div>${this.wrong(key)}</fieldset>`;
  }

  select(key, label, choices, hint) {
    return html`<div class="field"><label class="form-label" for=${key}>${label}</label><select class="form-select" id=${key} aria-describedby=${this.described(key, hint)}
      @change=${event => this.set({ [key]: event.target.value })}>${Object.entries(choices).map(([value, text]) => html`<option value=${value} .selected=${this.model[key] === value}>${text}</option>`)}</select>
      ${hint ? html`<div class="hint" id="${key}-hint">${hint}</div>` : nothing}${this.wrong(key)}</div>`;
  }

  get estateNote() {
    if (this.estateProblem) return html`<p class="trouble">${icon("warning")}What the worker can see in Azure cannot be read: ${this.estateProblem.detail} Names can be typed all the same.</p>`;
    return this.estate ? nothing : html`<p class="hint" role="status">Reading what the worker can see in Azure…</p>`;
  }

  get loadingEstate() {
    return !this.estate && !this.estateProblem;
  }

  get applications() {
    return this.estate?.applications?.map(one => ({ value: one.name, label: one.displayName && one.displayName !== one.name ? `${one.displayName} (${one.name})` : one.name }));
  }

  get services() {
    return this.estate?.provisioningServices?.map(one => ({ value: one.name, label: `${one.name} (hubs: ${one.hubs?.join(", ") || "none"})` }));
  }

  templates(application) {
    return this.details[application]?.deviceTemplates?.map(one => ({ value: one.id, label: `${one.name}${one.movable ? "" : " (has no DeviceMove)"}` }));
  }

  source(m) {
    const found = this.details[m.application];
    return html`<h2 class="h5" tabindex="-1">Which devices leave, and from where</h2>
      ${this.text("name", "Name of the migration", { required: true, pattern: "[A-Za-z0-9][A-Za-z0-9._ \\-]*", title: "Letters, digits, dots, hyphens and spaces, beginning with a letter or digit",
        hint: "Stands in every link, report and audit record; it cannot be changed later." })}
      ${this.estateNote}
      ${this.radios("sourceKind", "They leave", { application: ["An IoT Central application", "Devices are told by a command"], hub: ["An IoT hub", "Devices are told by a direct method"] })}
      ${m.sourceKind === "application" ? html`
        ${this.pick("application", "Application", this.applications, { required: true, loading: this.loadingEstate })}
        ${found?.problem ? html`<p class="trouble">${icon("warning")}Its groups and templates cannot be read: ${found.problem.detail}</p>` : nothing}
        ${this.pick("deviceGroup", "Device group", found?.deviceGroups?.map(one => ({ value: one.id, label: one.name })), { empty: "All devices", hint: "Without a group all devices of the application move.", loading: found === null })}
        ${this.pick("deviceTemplate", "Device template", this.templates(m.application), { empty: "Any template", hint: "Only devices of this template.", loading: found === null })}
        ${this.text("matchId", "Only ids like", { hint: "Stars stand for anything, such as north-*." })}` : html`
        ${this.pick("hub", "Hub", this.estate?.hubs?.map(one => ({ value: one.name, label: `${one.name} (${one.sku}, ${one.units} units)` })), { required: true, loading: this.loadingEstate })}
        ${this.pick("sourceService", "Provisioning service that they came through", this.services, { required: true, loading: this.loadingEstate })}
        ${this.text("query", "Only devices of this query", { max: 2000, placeholder: "SELECT * FROM devices WHERE tags.site = 'berlin'" })}
        ${this.text("enrollmentGroups", "Enrollment groups", { hint: "Separated by commas; else all groups that have devices." })}`}
      ${this.lines("ids", "Only these ids", "One in each line, or with commas between them. Only those that also fit what is chosen above.")}`;
  }

  target(m) {
    const found = this.details[m.targetApplication];
    return html`<h2 class="h5" tabindex="-1">Where they go</h2>${this.estateNote}
      ${this.radios("targetKind", "They go to", { service: ["A provisioning service with its hubs", "Devices register there with the keys they have"],
        application: ["An IoT Central application", "Each device is made there first"] })}
      ${m.targetKind === "service" ? this.pick("service", "Provisioning service", this.services, { required: true, loading: this.loadingEstate }) : html`
        ${this.pick("targetApplication", "Application", this.applications?.filter(one => one.value !== m.application || m.sourceKind !== "application"), { required: true, loading: this.loadingEstate })}
        ${this.pick("targetTemplate", "Device template", this.templates(m.targetApplication), { empty: "The one of the same id", loading: found === null, hint: "Needed out of a hub; out of an application the template of the same id is taken." })}`}`;
  }

  rolloutStep(m) {
    return html`<h2 class="h5" tabindex="-1">How fast, and in which order</h2>
      ${this.radios("rollout", "Devices move", { waves: ["In waves (recommended)", "A few first; the next wave opens when enough of the one before arrived"], once: ["All at once", "As fast as Azure's limits allow"] })}
      ${m.rollout === "waves" ? wavesTable(this, m) : nothing}
      ${this.text("rate", "No faster than", { hint: "Devices per unit, such as 10/s or 300/m. Without it Azure's limits alone set the pace.", pattern: "[0-9]{1,9}([.][0-9]{1,3})?/[smh]", title: "Such as 10/s, 300/m or 1000/h" })}
      <fieldset class="field inline"><legend class="form-label">Stop rule</legend>
        ${this.text("stopFailed", "When so many fail", { type: "number", min: 0, suffix: "%" })}
        ${this.text("stopMinimum", "Of at least", { type: "number", min: 1, suffix: "finished" })}
        ${this.select("stopAction", "Then", { pause: "pause", abort: "abort" })}</fieldset>
      <label class="choice"><input class="form-check-input" type="checkbox" id="approval" .checked=${m.approval} @change=${event => this.set({ approval: event.target.checked })}>
        <span><strong>Needs approval</strong><span class="d-block small">It begins only when somebody else with the role approver says so.</span></span></label>
      ${this.text("startAt", "Not before", { type: "datetime-local", hint: "In this browser's time zone; without it, it begins when it is started." })}
      ${windowsField(this, m)}
      <details class="advanced"><summary>Advanced</summary>
        ${deadlineFields(this, m)}
        ${this.text("campaign", "Give up after", { ...DURATION, hint: "Such as 14d: then devices that were never reached have failed. Without it they are waited for." })}
        ${this.select("verification", "A device has arrived when", VERIFICATIONS, "What counts as proof. An acknowledged command never does.")}
        ${this.select("registration", "The target is given", REGISTRATIONS)}
        ${this.select("order", "Order within the fleet", { id: "By id", random: "Random", hash: "By a hash of the id" })}
        ${this.text("attempts", "Attempts for each device", { type: "number", min: 1 })}
        ${this.text("subscription", "Azure subscription", { hint: "Needed only when the worker's client sees several." })}
        <label class="choice"><input class="form-check-input" type="checkbox" id="requirePlan" .checked=${m.requirePlan} @change=${event => this.set({ requirePlan: event.target.checked })}>
          <span><strong>Begin only as planned</strong><span class="d-block small">It is refused when something has changed since the plan.</span></span></label>
      </details>`;
  }

  review(m) {
    const definition = toDefinition(m, this.original);
    const only = m.ids ? `, ${listed(m.ids).length.toLocaleString()} listed ids` : "";
    const takes = wave => ({ percent: `${wave.size} %`, group: `group ${wave.size}`, match: `ids like ${wave.size}`, devices: `${wave.size} devices` })[wave.kind] ?? "as defined";
    const row = (label, value, step) => html`<div><dt>${label}</dt><dd>${value || html`<span class="text-bad">missing</span>`} <a class="small" href="?step=${step}">Change<span class="visually-hidden"> ${label}</span></a></dd></div>`;
    return html`<h2 class="h5" tabindex="-1">Look it over</h2>
      <dl class="facts">
        ${row("Name", m.name, 1)}
        ${row("From", m.sourceKind === "application" ? m.application && `application ${m.application}, ${m.deviceGroup ? "group " + m.deviceGroup : "all devices"}${m.deviceTemplate ? ", template " + m.deviceTemplate : ""}${m.matchId ? ", ids like " + m.matchId : ""}${only}`
          : m.hub && `hub ${m.hub}${m.query ? ", " + m.query : ""}${only}`, 1)}
        ${row("To", m.targetKind === "service" ? m.service && `provisioning service ${m.service}` : m.targetApplication && `application ${m.targetApplication}`, 2)}
        ${row("Rollout", m.rollout === "waves" ? [...m.waves.map(wave => `${wave.name}: ${takes(wave)}${wave.success ? `, gate ${wave.success} %` : ""}`), "the rest"].join(" → ") : "all at once", 3)}
        ${row("Pace", m.rate ? `no faster than ${m.rate}` : "as Azure's limits allow", 3)}
        ${row("Maintenance windows", m.windows.length ? m.windows.map(windowText).join("; ") : "none: at all times", 3)}
        ${row("Stop rule", m.stopFailed ? `${m.stopAction} when ${m.stopFailed} % of at least ${m.stopMinimum} failed` : "none", 3)}
        ${row("Approval", m.approval ? "needed" : "not needed", 3)}
        ${row("Proof of arrival", VERIFICATIONS[m.verification] ?? m.verification, 3)}
      </dl>
      <details><summary>The whole definition</summary><pre tabindex="0">${JSON.stringify(definition, null, 2)}</pre></details>
      <p>It is kept as a draft. The plan then looks at every device and says what would happen; nothing is told to move before you start it.</p>`;
  }
}
customElements.define("drover-definition", Definition);
