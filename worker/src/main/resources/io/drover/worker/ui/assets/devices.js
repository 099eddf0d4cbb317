// Devices of a migration by filter, a page at a time; all of it in the address.
import { html, nothing } from "lit";
import { encode, read, reasons } from "./api.js";
import { live } from "./live.js";
import { count, DEVICE_STATES, deviceState, time, words } from "./format.js";
import { Page, problemBox, query, skeleton } from "./page.js";
import { VERBS, ask } from "./verbs.js";

const SORTS = { "-changed": "Latest change first", changed: "Oldest change first", device: "By id" };
const PAGE = 100;
const KEYS = ["state", "reason", "wave", "search", "sort", "cursor"];

class Devices extends Page {
  static properties = {
    ...Page.properties, items: { state: true }, next: { state: true }, migration: { state: true }, catalogue: { state: true }, stale: { state: true },
    chosen: { state: true },
  };

  get heading() {
    return `Devices of ${this.params[0]}`;
  }

  get path() {
    return `/migrations/${encode(this.params[0])}`;
  }

  get filter() {
    const params = new URLSearchParams(this.search);
    return Object.fromEntries(KEYS.map(key => [key, params.get(key) ?? ""]));
  }

  connectedCallback() {
    super.connectedCallback();
    this.chosen = new Set();
    live.follow(`${this.path}/events`);
    this.hear(live, "migration", event => {
      if (event.detail.name !== this.params[0]) return;
      const before = this.migration;
      this.migration = event.detail;
      this.stale = this.stale || (before && this.items && JSON.stringify(before.counts) !== JSON.stringify(event.detail.counts));
    });
    read(this.path, {}, this.signal).then(migration => { this.migration = migration; }, () => {});
    reasons().then(catalogue => { this.catalogue = catalogue; }, () => {});
  }

  willUpdate(changed) {
    if (changed.has("search")) {
      this.chosen = new Set();
      this.fetch();
    }
  }

  fetch() {
    return this.load(async () => {
      const page = await read(`${this.path}/devices`, { ...this.filter, sort: this.filter.sort || "device", limit: PAGE }, this.signal);
      this.items = page.items;
      this.next = page.next;
      this.stale = false;
    });
  }

  filtered(event) {
    event?.preventDefault();
    const form = Object.fromEntries(new FormData(this.querySelector("form")));
    query({ ...form, search: form.search.trim(), sort: form.sort === "device" ? "" : form.sort, cursor: "" }, { replace: true });
  }

  render() {
    const f = this.filter;
    return html`
      <nav aria-label="Where you are" class="crumbs"><a href="/migrations">Migrations</a> / <a href=${this.path}>${this.params[0]}</a></nav>
      <div class="head"><h1 tabindex="-1">Devices</h1><div class="actions">${this.retry(f)}</div></div>
      ${this.form(f)}
      ${problemBox(this.problem, () => this.fetch())}
      <p class="status-line" role="status">${this.stale ? html`Devices have changed since this page was read.` : nothing}
        ${this.stale ? html`<button class="btn btn-sm btn-outline-primary" @click=${() => this.fetch()}>Read again</button>` : nothing}</p>
      ${this.items ? this.table(f) : this.problem ? nothing : skeleton(10)}`;
  }

  form(f) {
    const option = (value, label, chosen) => html`<option value=${value} .selected=${value === chosen}>${label}</option>`;
    const counts = this.migration?.counts ?? {};
    const known = new Set([...(this.catalogue?.keys() ?? []), ...(this.migration?.reasons ?? []).map(reason => reason.reason), ...(f.reason ? [f.reason] : [])]);
    return html`<form class="filters" role="search" aria-label="Devices" @submit=${this.filtered}>
      <div><label class="form-label" for="state">State</label><select class="form-select" id="state" name="state" @change=${this.filtered}>
        ${option("", `Any${this.migration ? ` (${count(this.migration.total)})` : ""}`, f.state)}
        ${Object.entries(DEVICE_STATES).map(([state, { label }]) => option(state, `${label} (${count(counts[state])})`, f.state))}</select></div>
      <div><label class="form-label" for="reason">Reason</label><select class="form-select" id="reason" name="reason" @change=${this.filtered}>
        ${option("", "Any", f.reason)}${[...known].sort().map(name => option(name, words(name), f.reason))}</select></div>
      ${this.migration?.waves?.length > 1 || f.wave ? html`<div><label class="form-label" for="wave">Wave</label><select class="form-select" id="wave" name="wave" @change=${this.filtered}>
        ${option("", "Any", f.wave)}${(this.migration?.waves ?? []).map(wave => option(String(wave.number), wave.name, f.wave))}</select></div>`
        : html`<input type="hidden" name="wave" value="">`}
      <div class="grow"><label class="form-label" for="search">Id begins with (* before it: contains)</label>
        <input class="form-control" type="search" id="search" name="search" maxlength="128" .value=${f.search}></div>
      <div><label class="form-label" for="sort">Order</label><select class="form-select" id="sort" name="sort" @change=${this.filtered}>
        ${Object.entries(SORTS).reverse().map(([value, label]) => option(value, label, f.sort || "device"))}</select></div>
      <button class="btn btn-outline-secondary">Search</button></form>`;
  }

  /** A retry takes what the filter names, when a retry can say the same, or the devices that were chosen. */
  retry(f) {
    if (!this.migration?.verbs?.includes("retry")) return nothing;
    const again = options => async () => (await ask("retry", this.migration, options)) && this.fetch();
    if (this.chosen.size) {
      return html`<button class="btn btn-primary" @click=${again({ devices: [...this.chosen] })}>${VERBS.retry.label} ${count(this.chosen.size)} chosen</button>`;
    }
    const sayable = !f.search && (f.state === "FAILED" || f.state === "CANCELLED" && f.reason) && this.items?.length;
    if (!sayable) return nothing;
    const alone = !f.reason && !f.wave ? this.migration.counts.FAILED + this.migration.counts.CANCELLED : undefined;
    const about = [f.reason ? `with reason ${words(f.reason)}` : "", f.wave ? `of wave ${f.wave}` : ""].filter(Boolean).join(" ");
    return html`<button class="btn btn-primary" @click=${again({
      reasons: f.reason ? [f.reason] : undefined, waves: f.wave ? [Number(f.wave)] : undefined, about, count: about ? undefined : alone,
    })}>${VERBS.retry.label} all of these</button>`;
  }

  choose(device, on) {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(device); else chosen.delete(device);
    this.chosen = chosen;
  }

  table(f) {
    if (!this.items.length) {
      const any = KEYS.some(key => key !== "sort" && f[key]);
      return html`<p class="empty">${any ? html`No device fits this filter. <a href="${this.path}/devices">Show all</a>`
        : "This migration has no devices yet. They are in the ledger once it has begun and its selection was read."}</p>`;
    }
    const choosable = this.migration?.verbs?.includes("retry");
    return html`<div class="table-box" tabindex="0" role="region" aria-label="Devices" data-list>
      <table class="table table-hover stack"><caption class="visually-hidden">Devices by this filter</caption>
      <thead><tr>${choosable ? html`<th scope="col"><span class="visually-hidden">Choose</span></th>` : nothing}
        <th scope="col">Device</th><th scope="col">State</th><th scope="col">Reason</th><th scope="col" class="number">Wave</th><th scope="col" class="number">Attempt</th><th scope="col">Hub</th><th scope="col">Changed</th></tr></thead>
      <tbody>${this.items.map(d => html`<tr>
        ${choosable ? html`<td>${["FAILED", "CANCELLED"].includes(d.state) ? html`<input class="form-check-input" type="checkbox" aria-label="Choose ${d.device}"
          .checked=${this.chosen.has(d.device)} @change=${event => this.choose(d.device, event.target.checked)}>` : nothing}</td>` : nothing}
        <th scope="row"><a class="id" href="${this.path}/devices/${encode(d.device)}">${d.device}</a></th>
        <td data-label="State">${deviceState(d.state)}</td>
        <td data-label="Reason">${d.reason ? html`<span title=${d.nextAction ?? ""}>${words(d.reason)}</span>` : nothing}</td>
        <td data-label="Wave" class="number">${d.wave ?? nothing}</td><td data-label="Attempt" class="number">${d.attempt ?? nothing}</td>
        <td data-label="Hub">${d.assignedHub ?? nothing}</td><td data-label="Changed">${time(d.changedAt, { short: true })}</td></tr>`)}</tbody></table></div>
      <nav class="paging" aria-label="Pages">
        ${f.cursor ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn("")}>First page</button>
          ${history.state?.fromPage ? html`<button class="btn btn-outline-secondary" @click=${() => history.back()}>Previous page</button>` : nothing}` : nothing}
        ${this.next ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn(this.next, { fromPage: true })}>Next page</button>` : nothing}
        <span class="text-body-secondary">${count(this.items.length)} shown${this.next ? ", there are more" : f.cursor ? ", the last page" : ""}</span></nav>`;
  }
}
customElements.define("drover-devices", Devices);
