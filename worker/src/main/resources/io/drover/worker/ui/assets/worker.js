// This worker: its health, what it is pointed at, and who asks.
import { html, nothing } from "lit";
import { encode, read, session } from "./api.js";
import { live } from "./live.js";
import { icon, words } from "./format.js";
import { Page, problemBox, skeleton } from "./page.js";

const REFRESH_MILLISECONDS = 10_000;
const ROLES = {
  viewer: "sees everything", operator: "plans, starts and steers migrations", approver: "lets a migration begin that awaits approval",
  admin: "may do all, and alone deletes at the source",
};

class Worker extends Page {
  static properties = { ...Page.properties, worker: { state: true } };

  get heading() {
    return "Worker";
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow("/events");
    this.fetch();
    this.every(REFRESH_MILLISECONDS, () => this.fetch());
  }

  fetch() {
    return this.load(async () => { this.worker = await read("/worker", {}, this.signal); });
  }

  render() {
    return html`<div class="head"><h1 tabindex="-1">Worker</h1></div>
      ${problemBox(this.problem, () => this.fetch())}
      ${this.worker ? this.body(this.worker) : this.problem ? nothing : skeleton(8)}
      ${this.who(session.now)}`;
  }

  body(w) {
    return html`<section class="panel"><h2 class="h5">Health</h2><ul class="health">${w.health.map(one => html`
        <li><span class="state state-${one.status === "up" ? "good" : "bad"}">${icon(one.status === "up" ? "check" : "cross")}${one.status === "up" ? "Up" : "Down"}</span>
          <strong>${words(one.name)}</strong>${one.detail ? html`<span>${one.detail}</span>` : nothing}</li>`)}</ul></section>
      <section class="panel"><h2 class="h5">Settings</h2><dl class="facts">
        <div><dt>Version</dt><dd>${w.version}</dd></div>
        <div><dt>Azure</dt><dd>${w.simulated ? "simulated" : "public"}: <span class="id">${w.resourceManager}</span></dd></div>
        ${w.timeCompression > 1 ? html`<div><dt>Limits run faster</dt><dd>${w.timeCompression} times</dd></div>` : nothing}
        <div><dt>Ledger</dt><dd>${w.ledger.kind}</dd></div>
        <div><dt>Signs in to Azure as</dt><dd class="id">${w.principal ?? "–"}</dd></div>
        <div><dt>Metrics and health</dt><dd class="id">${w.management ?? "–"}</dd></div>
        <div><dt>Applies now</dt><dd>${w.running?.length ? w.running.map((name, i) => html`${i ? ", " : ""}<a href="/migrations/${encode(name)}">${name}</a>`) : "nothing"}${
          w.maxRunning ? html` (at most ${w.maxRunning})` : nothing}</dd></div></dl></section>`;
  }

  who(s) {
    if (!s) return nothing;
    return html`<section class="panel"><h2 class="h5">You</h2><dl class="facts">
        <div><dt>Signed in</dt><dd>${s.mode === "local" ? "not needed: the worker listens on this machine only" : s.signedIn ? `as ${s.name ?? s.id}` : "no"}</dd></div>
        <div><dt>In the audit</dt><dd class="id">${s.id ?? "–"}</dd></div></dl>
      <h3 class="h6">Your roles</h3>
      ${s.roles?.length ? html`<ul>${s.roles.map(role => html`<li><strong>${role}</strong>: ${ROLES[role]}</li>`)}</ul>` : html`<p>None. Ask who administers Drover for one.</p>`}</section>`;
  }
}
customElements.define("drover-worker", Worker);
