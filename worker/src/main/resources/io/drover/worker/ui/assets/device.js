// One device: where it stands, and everything that happened to it.
import { html, nothing } from "lit";
import { encode, read } from "./api.js";
import { live } from "./live.js";
import { deviceState, icon, time, words } from "./format.js";
import { Page, problemBox, skeleton } from "./page.js";
import { ask, VERBS } from "./verbs.js";

const REFRESH_MILLISECONDS = 2_000;
const MILESTONES = [["commandedAt", "Commanded"], ["acceptedAt", "Accepted"], ["assignedAt", "Assigned"], ["connectedAt", "Connected"], ["telemetryAt", "First telemetry"]];
const FINAL = ["MIGRATED", "FAILED", "EXCLUDED", "CANCELLED"];

class Device extends Page {
  static properties = { ...Page.properties, device: { state: true }, migration: { state: true } };

  get heading() {
    return `${this.params[1]} of ${this.params[0]}`;
  }

  get path() {
    return `/migrations/${encode(this.params[0])}`;
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow(`${this.path}/events`);
    this.hear(live, "migration", event => {
      this.migration = event.detail;
      this.due = true;
    });
    this.every(REFRESH_MILLISECONDS, () => this.due && !FINAL.includes(this.device?.state) && this.fetch());
    this.fetch();
    read(this.path, {}, this.signal).then(migration => { this.migration = migration; }, () => {});
  }

  fetch() {
    this.due = false;
    return this.load(async () => { this.device = await read(`${this.path}/devices/${encode(this.params[1])}`, {}, this.signal); });
  }

  render() {
    const d = this.device;
    const retriable = d && ["FAILED", "CANCELLED"].includes(d.state) && this.migration?.verbs?.includes("retry");
    return html`
      <nav aria-label="Where you are" class="crumbs"><a href="/migrations">Migrations</a> / <a href=${this.path}>${this.params[0]}</a> / <a href="${this.path}/devices">Devices</a></nav>
      <div class="head"><h1 tabindex="-1" class="id">${this.params[1]}</h1>${d ? deviceState(d.state) : nothing}
        <div class="actions">
          ${d ? html`<button class="btn btn-outline-secondary" @click=${() => this.fetch()}>Read again</button>` : nothing}
          ${retriable ? html`<button class="btn btn-primary" @click=${async () => (await ask("retry", this.migration, { devices: [d.device] })) && this.fetch()}>${VERBS.retry.label}</button>` : nothing}</div></div>
      ${problemBox(this.problem, () => this.fetch())}
      ${d ? this.body(d) : this.problem ? nothing : skeleton(8)}`;
  }

  body(d) {
    return html`
      ${d.reason ? html`<section class="panel panel-${["FAILED", "EXCLUDED"].includes(d.state) ? "bad" : "waiting"}"><h2 class="h6">${icon("warning")}${words(d.reason)}</h2>
        ${d.reasonText ? html`<p>${d.reasonText.charAt(0).toUpperCase() + d.reasonText.slice(1)}.</p>` : nothing}
        ${d.nextAction ? html`<p><strong>Next:</strong> ${d.nextAction}</p>` : nothing}</section>` : nothing}
      ${d.aliveOnBothSides ? html`<p class="trouble">${icon("warning")}It is alive on both sides. Find the second device that uses this id, or stop it at the source.</p>` : nothing}
      <section class="panel"><h2 class="h5">Where it stands</h2><dl class="facts">
        <div><dt>Wave</dt><dd>${d.wave ?? "–"}</dd></div>
        <div><dt>Attempt</dt><dd>${d.attempt ?? "–"}</dd></div>
        <div><dt>Template</dt><dd class="id">${d.template ?? "–"}</dd></div>
        <div><dt>Credential</dt><dd>${d.credential ? words(d.credential) : "–"}</dd></div>
        <div><dt>Assigned hub</dt><dd class="id">${d.assignedHub ?? "–"}</dd></div>
        ${d.nextAttemptAt && !FINAL.includes(d.state) ? html`<div><dt>Next attempt</dt><dd>${time(d.nextAttemptAt)}</dd></div>` : nothing}
        ${d.deadlineAt && !FINAL.includes(d.state) ? html`<div><dt>Deadline</dt><dd>${time(d.deadlineAt)}</dd></div>` : nothing}
        ${d.removedAtSource ? html`<div><dt>At the source</dt><dd>Deleted by a cleanup</dd></div>` : nothing}
      </dl>
      <ol class="milestones">${MILESTONES.map(([key, label]) => html`<li class=${d[key] ? "done" : ""}>${icon(d[key] ? "check" : "ring")}<span>${label}</span>
        <span class="small">${d[key] ? time(d[key], { short: true }) : "not seen"}</span></li>`)}</ol></section>
      ${d.differences?.length ? html`<section class="panel"><h2 class="h5">What it owns that is not at the target as it should be</h2>
        <ul>${d.differences.map(one => html`<li><code>${one.path}</code>: ${words(one.kind).toLowerCase()}</li>`)}</ul></section>` : nothing}
      <section class="panel"><h2 class="h5">Timeline</h2>
      ${d.history?.length ? html`<div class="table-box" tabindex="0" role="region" aria-label="Timeline"><table class="table stack">
        <thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">From</th><th scope="col">To</th><th scope="col" class="number">Attempt</th><th scope="col">Detail</th></tr></thead>
        <tbody>${d.history.map(one => html`<tr><th scope="row">${time(one.at, { short: true })}</th><td data-label="Event">${words(one.event)}</td>
          <td data-label="From">${one.from ? deviceState(one.from) : nothing}</td><td data-label="To">${one.to ? deviceState(one.to) : nothing}</td>
          <td data-label="Attempt" class="number">${one.attempt}</td><td data-label="Detail" class="detail">${one.detail}</td></tr>`)}</tbody></table></div>`
        : html`<p class="empty">Nothing has happened to it yet.</p>`}</section>`;
  }
}
customElements.define("drover-device", Device);
