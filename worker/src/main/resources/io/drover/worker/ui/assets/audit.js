// Who did what, when and why; and whether the record is whole.
import { html, nothing } from "lit";
import { encode, read } from "./api.js";
import { live } from "./live.js";
import { count, icon, plural, time } from "./format.js";
import { Page, problemBox, query, skeleton } from "./page.js";

const KEYS = ["migration", "actor", "verb", "cursor"];

class Audit extends Page {
  static properties = { ...Page.properties, items: { state: true }, next: { state: true }, verdict: { state: true }, doubt: { state: true } };

  get heading() {
    return "Audit";
  }

  get filter() {
    const params = new URLSearchParams(this.search);
    return Object.fromEntries(KEYS.map(key => [key, params.get(key) ?? ""]));
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow("/events");
    this.hear(live, "audit", event => {
      const { migration, actor, verb, cursor } = this.filter;
      const entry = event.detail;
      const fits = (!migration || entry.migration === migration) && (!actor || entry.actor === actor) && (!verb || entry.verb === verb);
      if (fits && !cursor && this.items && !this.items.some(item => item.sequence === entry.sequence)) this.items = [entry, ...this.items];
    });
  }

  willUpdate(changed) {
    if (changed.has("search")) this.fetch();
  }

  fetch() {
    return this.load(async () => {
      const page = await read("/audit", { ...this.filter, limit: 100 }, this.signal);
      this.items = page.items;
      this.next = page.next;
    });
  }

  async verify(event) {
    event.preventDefault();
    this.doubt = null;
    this.verdict = null;
    try {
      this.verdict = await read("/audit/verification", { head: new FormData(event.target).get("head").trim() }, this.signal);
    } catch (problem) {
      this.doubt = problem;
    }
  }

  filtered(event) {
    event.preventDefault();
    query({ ...Object.fromEntries(new FormData(event.target)), cursor: "" }, { replace: true });
  }

  render() {
    const f = this.filter;
    const field = (name, label) => html`<div><label class="form-label" for=${name}>${label}</label><input class="form-control" id=${name} name=${name} .value=${f[name]}></div>`;
    return html`<div class="head"><h1 tabindex="-1">Audit</h1></div>
      <form class="filters" role="search" aria-label="Audit" @submit=${this.filtered}>
        ${field("migration", "Migration")}${field("actor", "Who")}${field("verb", "Verb")}<button class="btn btn-outline-secondary">Search</button></form>
      ${problemBox(this.problem, () => this.fetch())}
      ${this.items ? this.table(f) : this.problem ? nothing : skeleton(8)}
      <section class="panel"><h2 class="h5">Is the record whole?</h2>
        <p>Each record's hash covers the one before, so a record that was changed, removed or put in is found. With a hash that you noted earlier, a
          record cut off at the end is found too.</p>
        <form class="filters" @submit=${this.verify}><div class="grow"><label class="form-label" for="head">Hash noted earlier (optional)</label>
          <input class="form-control id" id="head" name="head" pattern="[0-9a-f]{64}" title="64 hexadecimal digits"></div>
          <button class="btn btn-outline-primary">Verify</button></form>
        <div role="status">${this.verdict ? html`<p class=${this.verdict.holds ? "text-good" : "text-bad"}>${icon(this.verdict.holds ? "check" : "cross")}
          <strong>${this.verdict.holds ? "It holds." : "It does not hold."}</strong> ${this.verdict.verdict} (${plural(this.verdict.records, "record")})</p>
          ${this.verdict.head ? html`<p class="small">Head: <code>${this.verdict.head}</code></p>` : nothing}` : nothing}</div>
        ${problemBox(this.doubt)}</section>`;
  }

  table(f) {
    if (!this.items.length) return html`<p class="empty">No record fits. ${KEYS.some(key => f[key]) ? html`<a href="/audit">Show all</a>` : "Every verb writes one."}</p>`;
    return html`<div class="table-box" tabindex="0" role="region" aria-label="Audit records" data-list><table class="table stack">
      <thead><tr><th scope="col" class="number">No.</th><th scope="col">Time</th><th scope="col">Who</th><th scope="col">Verb</th><th scope="col">Migration</th><th scope="col">Detail</th></tr></thead>
      <tbody>${this.items.map(entry => html`<tr><th scope="row" class="number" title=${entry.hash}>${count(entry.sequence)}</th><td data-label="Time">${time(entry.at, { short: true })}</td>
        <td data-label="Who">${entry.actor}</td><td data-label="Verb">${entry.verb}</td>
        <td data-label="Migration">${entry.migration ? html`<a href="/migrations/${encode(entry.migration)}">${entry.migration}</a>` : nothing}</td><td data-label="Detail" class="detail">${entry.detail}</td></tr>`)}</tbody></table></div>
      <nav class="paging" aria-label="Pages">${f.cursor ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn("")}>Newest</button>` : nothing}
        ${this.next ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn(this.next)}>Older</button>` : nothing}</nav>`;
  }
}
customElements.define("drover-audit", Audit);
