// All migrations, live.
import { html, nothing } from "lit";
import { encode, read, session } from "./api.js";
import { live } from "./live.js";
import { ago, migrationState, MIGRATION_STATES, rate, time, icon } from "./format.js";
import { announce, Page, problemBox, query, skeleton } from "./page.js";
import { eta, progressBar, progressText } from "./progress.js";

class Migrations extends Page {
  static properties = { ...Page.properties, items: { state: true }, next: { state: true } };

  get heading() {
    return "Migrations";
  }

  connectedCallback() {
    super.connectedCallback();
    live.follow("/events");
    this.hear(live, "migrations", event => this.changed(event.detail));
    this.hear(live, "status", () => live.connected && this.loaded && this.fetch());
    this.hear(live, "audit", event => {
      if (event.detail.verb === "delete" || event.detail.verb === "create") this.fetch();
    });
  }

  willUpdate(changed) {
    if (changed.has("search")) this.fetch();
  }

  get filter() {
    const params = new URLSearchParams(this.search);
    return { state: params.get("state") ?? "", search: params.get("search") ?? "", cursor: params.get("cursor") ?? "" };
  }

  fetch() {
    return this.load(async () => {
      const page = await read("/migrations", { ...this.filter, limit: 50 }, this.signal);
      this.items = page.items;
      this.next = page.next;
    });
  }

  changed(summaries) {
    if (!this.items) return;
    const { state, search, cursor } = this.filter;
    const known = new Map(this.items.map(item => [item.name, item]));
    for (const now of summaries) {
      const before = known.get(now.name);
      if (before && before.state !== now.state) announce(`${now.name} is ${MIGRATION_STATES[now.state]?.label ?? now.state}`);
      const fits = (!state || now.state === state) && (!search || now.name.toLowerCase().includes(search.toLowerCase()));
      if (!fits) known.delete(now.name);
      else if (before) known.set(now.name, now);
      else if (!cursor) {
        this.fetch();
        return;
      }
    }
    this.items = [...known.values()];
  }

  filtered(event) {
    event.preventDefault();
    const form = new FormData(this.querySelector("form"));
    query({ state: form.get("state"), search: form.get("search").trim(), cursor: "" }, { replace: true });
  }

  render() {
    const filter = this.filter;
    return html`
      <div class="head"><h1 tabindex="-1">Migrations</h1>
        ${session.may("operator") ? html`<div class="actions"><a class="btn btn-primary" href="/new-migration">New migration</a></div>` : nothing}</div>
      <form class="filters" role="search" aria-label="Migrations" @submit=${this.filtered}>
        <div><label class="form-label" for="state">State</label>
          <select class="form-select" id="state" name="state" @change=${this.filtered}>
            <option value="">All</option>
            ${Object.entries(MIGRATION_STATES).map(([state, { label }]) => html`<option value=${state} .selected=${filter.state === state}>${label}</option>`)}
          </select></div>
        <div><label class="form-label" for="search">Name contains</label>
          <input class="form-control" id="search" name="search" type="search" maxlength="128" .value=${filter.search}></div>
        <button class="btn btn-outline-secondary">Search</button>
      </form>
      ${problemBox(this.problem, () => this.fetch())}
      ${this.items ? this.list(filter) : this.problem ? nothing : skeleton(6)}`;
  }

  list(filter) {
    if (!this.items.length) {
      return filter.state || filter.search || filter.cursor
        ? html`<p class="empty">No migration fits this filter. <a href="/migrations">Show all</a></p>`
        : html`<div class="empty"><p><strong>No migrations yet.</strong> A migration says which devices move, from where to where, and in which order.</p>
          ${session.may("operator") ? html`<a class="btn btn-primary" href="/new-migration">Define the first one</a>`
            : html`<p>An operator can define one here.</p>`}</div>`;
    }
    return html`
      <ul class="cards" data-list tabindex="-1" aria-label="Migrations">${this.items.map(item => this.card(item))}</ul>
      <nav class="paging" aria-label="Pages">
        ${filter.cursor ? html`<a class="btn btn-outline-secondary" href="/migrations">Newest</a>` : nothing}
        ${this.next ? html`<button class="btn btn-outline-secondary" @click=${() => this.turn(this.next)}>Older</button>` : nothing}</nav>`;
  }

  card(m) {
    const running = ["RUNNING", "PAUSED", "ABORTING"].includes(m.state);
    return html`<li class="card-line">
      <div class="card-title"><h2 class="h6"><a href="/migrations/${encode(m.name)}">${m.name}</a></h2>${migrationState(m.state)}
        ${m.returns ? html`<span class="tag">returns ${m.returns}</span>` : nothing}</div>
      <p class="way">${m.source} ${m.selection ? html`<span class="text-body-secondary">(${m.selection})</span>` : nothing} ${icon("arrow")} ${m.target}</p>
      <div class="card-progress">${progressBar(m)}<p>${progressText(m)}</p></div>
      <dl class="figures">
        ${running ? html`<div><dt>Rate</dt><dd>${rate(m.ratePerSecond)}</dd></div><div><dt>Left</dt><dd>${eta(m)}</dd></div>` : nothing}
        ${m.startAt && m.state === "SCHEDULED" ? html`<div><dt>Starts</dt><dd>${time(m.startAt)}</dd></div>` : nothing}
        ${m.finishedAt ? html`<div><dt>Finished</dt><dd>${ago(m.finishedAt)}</dd></div>`
          : m.createdAt ? html`<div><dt>Made</dt><dd>${ago(m.createdAt)}${m.createdBy ? ` by ${m.createdBy}` : ""}</dd></div>` : nothing}
      </dl>
      ${m.stateReason ? html`<p class="reason">${m.stateReason}</p>` : nothing}
      ${m.trouble ? html`<p class="trouble">${icon("warning")}${m.trouble}</p>` : nothing}
    </li>`;
  }
}
customElements.define("drover-migrations", Migrations);
