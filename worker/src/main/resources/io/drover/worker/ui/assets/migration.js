// One migration: what happens to its devices, what binds it, what is wrong and what to do about it.
import { html, nothing } from "lit";
import { address, encode, read, readWithTag } from "./api.js";
import { live } from "./live.js";
import {
  count, DEVICE_STATES, icon, MIGRATION_STATES, migrationState, percent, plural, progress, rate, deviceState, time, waveState, words,
} from "./format.js";
import { announce, Page, problemBox, skeleton } from "./page.js";
import { eta, progressBar, progressText } from "./progress.js";
import { verbButtons } from "./verbs.js";
import "./chart.js";
import "./cleanup.js";

const WAY = ["PENDING", "REGISTERED", "COMMANDED", "ACCEPTED", "ASSIGNED", "CONNECTED", "MIGRATED"];
const BESIDE = ["WAITING", "FAILED", "EXCLUDED", "CANCELLED"];
const CHART_EVERY = 5_000;

class Migration extends Page {
  static properties = { ...Page.properties, migration: { state: true }, throughput: { state: true } };

  get heading() {
    return this.params?.[0] ?? "Migration";
  }

  get path() {
    return `/migrations/${encode(this.params[0])}`;
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow(`${this.path}/events`);
    this.hear(live, "migration", event => event.detail.name === this.params[0] && this.show(event.detail));
    this.hear(live, "status", () => live.connected && this.fetch());
    this.fetch().then(() => this.fetchThroughput());
    this.every(CHART_EVERY, () => this.changedSinceChart && this.fetchThroughput());
  }

  fetch() {
    return this.load(async () => this.show((await readWithTag(this.path, this.signal)).body));
  }

  show(migration) {
    const before = this.migration;
    this.migration = migration;
    this.changedSinceChart = true;
    this.loaded = true;
    this.problem = null;
    if (before && before.state !== migration.state) {
      announce(`${migration.name} is now ${MIGRATION_STATES[migration.state]?.label ?? migration.state}. ${migration.stateReason ?? ""}`);
    } else if (before) {
      const quarter = m => Math.floor((4 * progress(m).final) / Math.max(1, progress(m).total));
      if (quarter(before) < quarter(migration)) announce(`${count(progress(migration).migrated)} devices arrived, ${count(progress(migration).failed)} failed`);
    }
  }

  async fetchThroughput() {
    if (!this.migration || this.migration.state === "DRAFT") return;
    this.changedSinceChart = false;
    try {
      this.throughput = await read(`${this.path}/throughput`, {}, this.signal);
    } catch (failure) {
      if (failure.name !== "AbortError") this.changedSinceChart = true;
    }
  }

  link(query) {
    return `${this.path}/devices?${new URLSearchParams(query)}`;
  }

  render() {
    const m = this.migration;
    return html`
      <nav aria-label="Where you are" class="crumbs"><a href="/migrations">Migrations</a></nav>
      <div class="head"><h1 tabindex="-1">${this.params[0]}</h1>${m ? migrationState(m.state) : nothing}
        <div class="actions">${m ? this.actions(m) : nothing}</div></div>
      ${problemBox(this.problem, () => this.fetch())}
      ${m ? this.body(m) : this.problem ? nothing : skeleton(10)}`;
  }

  actions(m) {
    const draft = m.state === "DRAFT";
    return html`
      ${draft || m.plan ? html`<a class="btn ${draft ? "btn-primary" : "btn-outline-secondary"}" href="${this.path}/plan">${m.plan || !m.verbs?.includes("plan") ? "Plan" : "Plan it"}</a>` : nothing}
      ${draft && m.verbs?.includes("delete") ? html`<a class="btn btn-outline-secondary" href="${this.path}/edit">Edit</a>` : nothing}
      ${verbButtons(draft ? { ...m, verbs: (m.verbs ?? []).filter(verb => verb === "delete") } : m, { done: () => this.fetch() })}`;
  }

  body(m) {
    const p = progress(m);
    return html`
      <p class="way">${m.source} ${m.selection ? html`<span class="text-body-secondary">(${m.selection})</span>` : nothing}
        ${icon("arrow")} ${m.target}${m.returns ? html` · returns devices of <a href="/migrations/${encode(m.returns)}">${m.returns}</a>` : nothing}</p>
      ${m.trouble ? html`<p class="trouble">${icon("warning")}${m.trouble}</p>` : nothing}
      ${m.stateReason ? html`<p class="reason"><strong>${MIGRATION_STATES[m.state]?.label}:</strong> ${m.stateReason}</p>` : nothing}
      ${m.state === "DRAFT" && !p.total ? html`<div class="empty"><p><strong>This is a draft.</strong> Nothing was told to move. The plan looks at
        every device and says what would happen.</p></div>` : this.figures(m, p)}
      ${this.facts(m)}`;
  }

  figures(m, p) {
    return html`
      <section aria-label="Progress" class="panel">
        ${progressBar(m)}
        <div class="row-wide"><p class="lead-line">${progressText(m)}</p>
          <dl class="figures">
            <div><dt>Rate</dt><dd>${rate(m.ratePerSecond)}</dd></div>
            <div><dt>Left</dt><dd>${["FINISHED", "ABORTED"].includes(m.state) ? "Nothing" : eta(m)}</dd></div>
            <div><dt>Final</dt><dd>${count(p.final)} of ${count(p.total)}</dd></div>
            ${m.aliveOnBothSides ? html`<div class="text-bad"><dt>Alive on both sides</dt><dd>${count(m.aliveOnBothSides)}</dd></div>` : nothing}
          </dl></div>
      </section>
      ${this.states(m)}
      ${m.waves?.length > 1 ? this.waves(m) : nothing}
      ${this.reasons(m)}
      <section class="panel"><h2 class="h5">Arrivals over time</h2>
        <drover-throughput .data=${this.throughput} .limit=${m.bindingPerSecond}></drover-throughput></section>
      ${this.quotas(m)}`;
  }

  /** Numbers differ a thousandfold, so bars grow with the logarithm; the number itself is what is read first. */
  states(m) {
    const most = Math.log1p(Math.max(1, ...Object.values(m.counts)));
    const cell = state => {
      const n = m.counts[state] ?? 0;
      const known = DEVICE_STATES[state];
      return html`<li class="stage stage-${known.kind} ${n ? "" : "stage-none"}">
        <a href=${this.link({ state })} title=${known.text}><span class="stage-label">${icon(known.icon)}${known.label}</span>
        <span class="stage-count">${count(n)}</span>
        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-${known.kind}" width=${(100 * Math.log1p(n)) / most} height="4"/></svg></a></li>`;
    };
    return html`<section class="panel"><h2 class="h5">What happens to the devices now</h2>
      <ol class="stages" aria-label="On the way">${WAY.map(cell)}</ol>
      <ul class="stages stages-beside" aria-label="Beside the way">${BESIDE.map(cell)}</ul>
      <p class="hint">Bars grow with the logarithm of the number. Choose a state to see its devices.</p></section>`;
  }

  waves(m) {
    return html`<section class="panel"><h2 class="h5">Waves</h2><ol class="waves">${m.waves.map(wave => {
      const arrived = wave.counts?.MIGRATED ?? 0;
      const failed = wave.counts?.FAILED ?? 0;
      return html`<li><a href=${this.link({ wave: wave.number })}>
        <span class="wave-name">${wave.name}</span>${waveState(wave.state)}
        ${progressBar(wave)}
        <span>${count(arrived)} of ${count(wave.total)} arrived${failed ? html`, <span class="text-bad">${count(failed)} failed</span>` : nothing}</span>
        ${wave.deadlineAt && wave.state === "OPEN" ? html`<span class="small">until ${time(wave.deadlineAt, { short: true })}</span>` : nothing}</a></li>`;
    })}</ol></section>`;
  }

  reasons(m) {
    if (!m.reasons?.length) return nothing;
    const wrong = m.reasons.reduce((sum, reason) => sum + reason.count, 0);
    return html`<section class="panel"><h2 class="h5">What is wrong, and what to do</h2>
      <div class="table-box" tabindex="0" role="region" aria-label="Reasons">
      <table class="table stack"><thead><tr><th scope="col">Reason</th><th scope="col">State</th><th scope="col" class="number">Devices</th><th scope="col">Next</th></tr></thead>
      <tbody>${m.reasons.map(reason => html`<tr>
        <th scope="row"><a href=${this.link(reason.state === "WAITING" ? { state: reason.state } : { reason: reason.reason, state: reason.state })}>${words(reason.reason)}</a><span class="d-block small text-body-secondary">${reason.text}</span></th>
        <td data-label="State">${deviceState(reason.state)}</td>
        <td data-label="Devices" class="number">${count(reason.count)} <span class="small text-body-secondary">${percent(reason.count, wrong)}</span></td>
        <td data-label="Next">${reason.nextAction}</td></tr>`)}</tbody></table></div></section>`;
  }

  /** Devices are one thing, the calls that Azure counts another. */
  pace(m) {
    const bears = m.bindingPerSecond ? html` would bear ${rate(m.bindingPerSecond, "devices")}` : nothing;
    const held = m.commandsPerSecond && m.bindingPerSecond && m.commandsPerSecond < 0.99 * m.bindingPerSecond;
    return held
      ? html`<p>Devices are told to move at no more than <strong>${rate(m.commandsPerSecond)}</strong>, by the rollout's own rate or slowed after a 429. The narrowest of Azure's limits, <strong>${m.bindingLimit}</strong>,${bears}.</p>`
      : html`<p>The pace is bound by Azure's limit <strong>${m.bindingLimit}</strong>${m.bindingPerSecond ? html`, which bears ${rate(m.bindingPerSecond, "devices")}` : nothing}.</p>`;
  }

  quotas(m) {
    if (!m.quotas?.length) return nothing;
    return html`<section class="panel"><h2 class="h5">Azure's limits</h2>
      ${m.bindingLimit ? this.pace(m) : nothing}
      <div class="table-box" tabindex="0" role="region" aria-label="Azure's limits">
      <table class="table stack"><thead><tr><th scope="col">Limit</th><th scope="col">Host</th><th scope="col" class="number">Calls used</th><th scope="col" class="number">Calls allowed</th>
        <th scope="col">Headroom</th><th scope="col" class="number">Throttled</th></tr></thead>
      <tbody>${m.quotas.map(quota => {
        const share = quota.inForce ? Math.min(1, quota.usedPerSecond / quota.inForce) : 0;
        return html`<tr><th scope="row">${quota.limit}</th><td data-label="Host">${quota.host}</td>
          <td data-label="Calls used" class="number">${rate(quota.usedPerSecond)}</td>
          <td data-label="Calls allowed" class="number">${rate(quota.inForce)}${quota.inForce < quota.perSecond ? html` <span class="small">slowed from ${rate(quota.perSecond)}</span>` : nothing}</td>
          <td data-label="Headroom"><svg class="bar bar-short" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${percent(share, 1)} used"><rect class=${share > 0.95 ? "fill-waiting" : "fill-moving"} width=${100 * share} height="10"/></svg>
            <span class="small">${percent(1 - share, 1)} free</span></td>
          <td data-label="Throttled" class="number">${quota.throttled ? html`<span class="text-bad">${count(quota.throttled)}</span>` : "0"}</td></tr>`;
      })}</tbody></table></div></section>`;
  }

  facts(m) {
    const report = format => address(`${this.path}/report`, { format });
    return html`
      <drover-cleanup .migration=${m}></drover-cleanup>
      <section class="panel"><h2 class="h5">Report and record</h2>
      <dl class="facts">
        <div><dt>Verification</dt><dd>${words(m.verification) || "–"}</dd></div>
        <div><dt>Made</dt><dd>${time(m.createdAt)}${m.createdBy ? html` by ${m.createdBy}` : nothing}</dd></div>
        ${m.startAt ? html`<div><dt>Not before</dt><dd>${time(m.startAt)}</dd></div>` : nothing}
        <div><dt>Started</dt><dd>${time(m.startedAt)}</dd></div>
        <div><dt>In this state since</dt><dd>${time(m.stateAt)}</dd></div>
        <div><dt>Finished</dt><dd>${time(m.finishedAt)}</dd></div>
        ${["FINISHED", "ABORTED", "DRAFT"].includes(m.state) ? nothing : html`<div><dt>Applied by</dt><dd>${m.appliedHere ? "this worker" : "not this worker"}</dd></div>`}
      </dl>
      <div class="actions">
        ${m.state === "DRAFT" ? nothing : html`<a class="btn btn-outline-secondary" href=${this.link({})}>${plural(m.total, "device")}</a>
        <a class="btn btn-outline-secondary" href=${report("html")} target="_blank" rel="noopener">Report (opens a page)</a>
        <a class="btn btn-outline-secondary" href=${report("csv")} download="${m.name}.csv">CSV, a line per device</a>
        <a class="btn btn-outline-secondary" href=${report("json")} download="${m.name}.json">JSON</a>`}
        <a class="btn btn-outline-secondary" href="/audit?migration=${encode(m.name)}">Audit</a>
      </div></section>`;
  }
}
customElements.define("drover-migration", Migration);
