// What a migration would do, device by device, before anything is told to move.
import { html, nothing } from "lit";
import { encode, read, write } from "./api.js";
import { live } from "./live.js";
import { count, duration, icon, migrationState, plural, range, rate, time, words } from "./format.js";
import { announce, go, notice, Page, problemBox, query, skeleton } from "./page.js";
import { ask } from "./verbs.js";

const POLL_MILLISECONDS = 3_000;
/** As many as the command line looks at unless told otherwise. */
export const CREDENTIALS = 200;
const ALL_CREDENTIALS = 200_000;
const MOVES = ["READY", "OFFLINE"];
const OUTCOMES = { OK: ["good", "check"], GRANTED: ["good", "check"], BLOCKING: ["bad", "cross"], MISSING: ["bad", "cross"], WARNING: ["waiting", "warning"] };

class Plan extends Page {
  static properties = {
    ...Page.properties, migration: { state: true }, plan: { state: true }, none: { state: true }, devices: { state: true }, next: { state: true }, tableProblem: { state: true }, busy: { state: true },
  };

  get heading() {
    return `Plan of ${this.params[0]}`;
  }

  get path() {
    return `/migrations/${encode(this.params[0])}`;
  }

  get filter() {
    const params = new URLSearchParams(this.search);
    return { verdict: params.get("verdict") ?? "", search: params.get("search") ?? "", cursor: params.get("cursor") ?? "" };
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow(`${this.path}/events`);
    this.hear(live, "migration", event => { this.migration = event.detail; });
    this.hear(live, "plan", event => this.came(event.detail));
    this.every(POLL_MILLISECONDS, () => this.plan?.status === "planning" && this.fetch());
    this.fetch();
  }

  willUpdate(changed) {
    if (changed.has("search") && this.plan?.status === "ready") this.fetchDevices();
  }

  fetch() {
    return this.load(async () => {
      this.migration = await read(this.path, {}, this.signal);
      this.none = !this.migration.plan;
      if (!this.none) this.came(await read(`${this.path}/plan`, {}, this.signal));
    });
  }

  came(plan) {
    const before = this.plan;
    this.none = false;
    this.plan = plan;
    if (plan.status === "ready" && (before?.id !== plan.id || before.status !== "ready")) {
      if (before) announce(`The plan is ready: ${count(plan.movable)} of ${count(plan.devices)} devices can move`);
      this.fetchDevices();
    } else if (plan.status === "failed" && before?.status === "planning") {
      announce("The plan could not be made");
    }
  }

  async fetchDevices() {
    try {
      const page = await read(`${this.path}/plan/devices`, { ...this.filter, limit: 50 }, this.signal);
      this.devices = page.items;
      this.next = page.next;
      this.tableProblem = null;
      await this.focusList();
    } catch (failure) {
      if (failure.name !== "AbortError") this.tableProblem = failure;
    }
  }

  async make(credentials) {
    this.busy = true;
    try {
      this.came(await write("POST", `${this.path}/plan`, { credentials }));
    } catch (problem) {
      notice(problem.detail, { kind: "bad" });
    }
    this.busy = false;
  }

  async start() {
    const outcome = await ask("apply", this.migration, { plan: this.plan?.status === "ready" ? this.plan.id : undefined, movable: this.plan?.movable });
    if (outcome) go(this.path);
  }

  get canStart() {
    return this.migration?.verbs?.includes("apply") && this.plan?.status === "ready";
  }

  render() {
    const m = this.migration;
    const p = this.plan;
    return html`
      <nav aria-label="Where you are" class="crumbs"><a href="/migrations">Migrations</a> / <a href=${this.path}>${this.params[0]}</a></nav>
      <div class="head"><h1 tabindex="-1">Plan</h1>${m ? migrationState(m.state) : nothing}<div class="actions">
        ${this.canStart ? html`<button class="btn btn-primary" @click=${this.start}>Start or schedule</button>` : nothing}
        ${m?.verbs?.includes("plan") ? html`<button class="btn ${p ? "btn-outline-secondary" : "btn-primary"}" ?disabled=${this.busy || p?.status === "planning"} @click=${() => this.make(CREDENTIALS)}>${p ? "Plan anew" : "Make the plan"}</button>` : nothing}
        ${m?.verbs?.includes("plan") && p?.status === "ready" && p.movable > CREDENTIALS ? html`<button class="btn btn-outline-secondary" ?disabled=${this.busy} title="One call to the source for each device; else the first ${CREDENTIALS} only" @click=${() => this.make(ALL_CREDENTIALS)}>Plan with all credentials</button>` : nothing}
        ${m?.state === "DRAFT" && m.verbs?.includes("plan") ? html`<a class="btn btn-outline-secondary" href="${this.path}/edit">Edit the definition</a>` : nothing}</div></div>
      ${problemBox(this.problem, () => this.fetch())}
      ${this.none ? html`<p class="empty"><strong>No plan yet.</strong> A plan reads source and target, changes nothing there, and says of every device whether it would move.</p>` : nothing}
      ${p ? this.body(p) : this.none || this.problem ? nothing : skeleton(8)}`;
  }

  body(p) {
    if (p.status === "planning") return html`<div class="empty" role="status"><span class="spinner" aria-hidden="true"></span><strong>Being made.</strong> Every device is looked at; a large fleet takes some minutes. You may leave this page.</div>`;
    if (p.status === "failed") return problemBox(p.failure ?? { title: "The plan could not be made", detail: "The worker's log says why." });
    return html`
      <section class="panel"><dl class="figures figures-large">
        <div><dt>Can move</dt><dd>${count(p.movable)} <span class="small">of ${count(p.devices)}</span></dd></div>
        <div><dt>Takes about</dt><dd>${duration((p.startUpSeconds ?? 0) + (p.movingSeconds ?? 0))} <span class="small">(${range(p.shortestSeconds, p.longestSeconds)})</span></dd></div>
        <div><dt>Bound by</dt><dd>${p.bindingLimit ? p.bindingLimit.toLowerCase().replaceAll("_", "-") : "–"} <span class="small">${rate(p.devicesPerSecond, "devices")}</span></dd></div></dl>
        <p class="hint">Made ${time(p.at)}, valid until ${time(p.expiresAt)}. Not counted: offline devices and people's decisions.</p></section>
      ${this.warnings(p)}${this.way(p)}${this.checks(p)}${this.verdicts(p)}`;
  }

  warnings(p) {
    const blocking = (p.checks ?? []).filter(check => ["BLOCKING", "MISSING"].includes(check.outcome));
    return html`
      ${blocking.length ? html`<section class="panel panel-bad"><h2 class="h6">${icon("cross")}It cannot begin</h2><ul>${blocking.map(check => html`<li><strong>${check.subject}</strong>: ${check.text}</li>`)}</ul></section>` : nothing}
      ${p.warnings?.length ? html`<section class="panel panel-waiting"><h2 class="h6">${icon("warning")}${plural(p.warnings.length, "warning")}</h2><ul>${p.warnings.map(text => html`<li>${text}</li>`)}</ul></section>` : nothing}`;
  }

  way(p) {
    const list = (label, items) => items?.length ? html`<div><dt>${label}</dt><dd class="id">${items.join(", ")}</dd></div>` : nothing;
    return html`<section class="panel"><h2 class="h5">From ${p.source} to ${p.target}</h2>
      ${p.waves?.length ? html`<ol class="waves">${p.waves.map(wave => html`<li><span class="wave-name">${wave.name}</span><span>${plural(wave.devices, "device")}</span></li>`)}</ol>` : nothing}
      <dl class="facts">${p.idScope ? html`<div><dt>ID scope</dt><dd class="id">${p.idScope}</dd></div>` : nothing}${list("Hubs", p.hubs)}
        ${list("Enrollment groups to be made", p.enrollmentGroupsToCreate)}${list("Enrollment groups there already", p.enrollmentGroupsPresent)}
        ${p.way ? html`<div><dt>Devices are told by</dt><dd>${p.way}</dd></div>` : nothing}</dl></section>`;
  }

  checks(p) {
    if (!p.checks?.length) return nothing;
    const shown = check => {
      const [kind, name] = OUTCOMES[check.outcome] ?? ["idle", "dot"];
      return html`<span class="state state-${kind}">${icon(name)}${words(check.outcome)}</span>`;
    };
    const bad = p.checks.filter(check => !["OK", "GRANTED"].includes(check.outcome)).length;
    return html`<section class="panel"><details ?open=${bad > 0}><summary><h2 class="h5">${plural(p.checks.length, "check")}${bad ? `, ${bad} to look at` : ", all well"}</h2></summary>
      <div class="table-box" tabindex="0" role="region" aria-label="Checks"><table class="table stack"><thead><tr><th scope="col">Outcome</th><th scope="col">Area</th><th scope="col">Subject</th><th scope="col">What was found</th></tr></thead>
      <tbody>${p.checks.map(check => html`<tr><td data-label="Outcome">${shown(check)}</td><td data-label="Area">${words(check.area)}</td><th scope="row">${check.subject}</th><td data-label="What was found">${check.text}</td></tr>`)}</tbody></table></div></details></section>`;
  }

  verdicts(p) {
    const f = this.filter;
    const found = event => {
      event.preventDefault();
      const form = Object.fromEntries(new FormData(this.querySelector("form.verdicts")));
      query({ ...form, search: form.search.trim(), cursor: "" }, { replace: true });
    };
    return html`<section class="panel"><h2 class="h5">Verdict on each device</h2>
      <form class="filters verdicts" role="search" aria-label="Planned devices" @submit=${found}>
        <div><label class="form-label" for="verdict">Verdict</label><select class="form-select" id="verdict" name="verdict" @change=${found}><option value="">Any (${count(p.devices)})</option>
          ${Object.entries(p.verdicts ?? {}).map(([verdict, n]) => html`<option value=${verdict} .selected=${f.verdict === verdict}>${words(verdict)} (${count(n)})</option>`)}</select></div>
        <div class="grow"><label class="form-label" for="search">Id contains</label><input class="form-control" type="search" id="search" name="search" maxlength="128" .value=${f.search}></div>
        <button class="btn btn-outline-secondary">Search</button></form>
      ${problemBox(this.tableProblem, () => this.fetchDevices())}
      ${!this.devices ? this.tableProblem ? nothing : skeleton(5) : !this.devices.length ? html`<p class="empty">No device fits.</p>` : html`
      <div class="table-box" tabindex="0" role="region" aria-label="Planned devices" data-list><table class="table stack"><thead><tr><th scope="col">Device</th><th scope="col">Verdict</th><th scope="col">Wave</th><th scope="col">Credential</th><th scope="col">What to do</th></tr></thead>
        <tbody>${this.devices.map(d => html`<tr><th scope="row" class="id">${d.device}</th><td data-label="Verdict"><span class="state state-${d.verdict === "READY" ? "good" : MOVES.includes(d.verdict) ? "waiting" : "bad"}">${icon(d.verdict === "READY" ? "check" : MOVES.includes(d.verdict) ? "clock" : "ban")}${words(d.verdict)}</span></td>
          <td data-label="Wave">${d.wave}</td><td data-label="Credential">${d.credential ? words(d.credential) : nothing}</td><td data-label="What to do">${d.reason}${d.action ? html` ${d.action}` : nothing}</td></tr>`)}</tbody></table></div>`}
      <nav class="paging" aria-label="Pages">${f.cursor ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn("")}>First page</button>` : nothing}
        ${this.next ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn(this.next)}>Next page</button>` : nothing}</nav></section>`;
  }
}
customElements.define("drover-plan", Plan);
