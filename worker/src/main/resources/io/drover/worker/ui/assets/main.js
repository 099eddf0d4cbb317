// The console's frame: which page an address names, the banners above it, and who is signed in.
import { LitElement, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { read, session } from "./api.js";
import { live } from "./live.js";
import { clockTime, icon } from "./format.js";
import { go, notice, problemBox } from "./page.js";
import "./verbs.js";
import "./migrations.js";
import "./definition.js";
import "./plan.js";
import "./migration.js";
import "./devices.js";
import "./device.js";
import "./audit.js";
import "./worker.js";

const name = "([^/]+)";
const ROUTES = [
  ["/migrations", (params, search) => html`<drover-migrations .search=${search}></drover-migrations>`],
  ["/new-migration", (params, search) => html`<drover-definition .params=${params} .search=${search}></drover-definition>`],
  [`/migrations/${name}`, params => html`<drover-migration .params=${params}></drover-migration>`],
  [`/migrations/${name}/edit`, (params, search) => html`<drover-definition .params=${params} .search=${search}></drover-definition>`],
  [`/migrations/${name}/plan`, (params, search) => html`<drover-plan .params=${params} .search=${search}></drover-plan>`],
  [`/migrations/${name}/devices`, (params, search) => html`<drover-devices .params=${params} .search=${search}></drover-devices>`],
  [`/migrations/${name}/devices/${name}`, params => html`<drover-device .params=${params}></drover-device>`],
  ["/audit", (params, search) => html`<drover-audit .search=${search}></drover-audit>`],
  ["/worker", () => html`<drover-worker></drover-worker>`],
].map(([pattern, page]) => ({ pattern: new RegExp(`^${pattern}/?$`), page }));

const NAVIGATION = [["/migrations", "Migrations"], ["/audit", "Audit"], ["/worker", "Worker"]];
const THEMES = [["", "As the system"], ["light", "Light"], ["dark", "Dark"]];

class DroverConsole extends LitElement {
  static properties = {
    path: { state: true }, search: { state: true }, worker: { state: true }, problem: { state: true },
    notices: { state: true }, said: { state: true }, ready: { state: true },
  };

  constructor() {
    super();
    this.notices = [];
    this.said = "";
    this.path = null;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("popstate", () => this.moved());
    window.addEventListener("drover-notice", event => { this.notices = [...this.notices.filter(one => one.kind === "bad").slice(-1), event.detail]; });
    window.addEventListener("drover-announce", event => { this.said = event.detail; });
    session.addEventListener("change", () => this.requestUpdate());
    live.addEventListener("status", () => this.requestUpdate());
    document.addEventListener("click", event => this.clicked(event));
    this.begin();
  }

  async begin() {
    this.problem = null;
    try {
      await session.load();
      if (session.may("viewer")) this.worker = await read("/worker");
      this.ready = true;
      this.moved();
    } catch (problem) {
      this.problem = problem;
    }
  }

  /** Links within the console change the page without loading it anew. */
  clicked(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.dataset.native !== undefined) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.pathname.startsWith("/api/") || to.pathname.startsWith("/auth/")) return;
    event.preventDefault();
    if (to.hash && to.pathname === location.pathname) {
      const target = document.getElementById(to.hash.slice(1));
      target?.focus();
      target?.scrollIntoView();
    } else {
      go(to.pathname + to.search);
    }
  }

  moved() {
    if (location.pathname === "/") {
      go("/migrations", { replace: true });
      return;
    }
    const arrived = this.path !== location.pathname;
    const first = this.path === null;
    this.path = location.pathname;
    this.search = location.search;
    if (arrived && !first) {
      this.notices = this.notices.filter(one => one.fresh);
      scrollTo(0, 0);
    }
    this.notices.forEach(one => { one.fresh = false; });
    this.arrived = arrived && !first;
  }

  updated() {
    const page = this.querySelector("main > .page")?.firstElementChild;
    if (!page) return;
    page.updateComplete?.then(() => {
      document.title = `${page.heading || page.querySelector("h1")?.textContent} – Drover`;
      if (this.arrived) {
        this.arrived = false;
        this.querySelector("main h1")?.focus({ preventScroll: true });
      }
    });
  }

  page() {
    for (const { pattern, page } of ROUTES) {
      const match = pattern.exec(this.path);
      if (match) return html`${keyed(this.path, page(match.slice(1).map(decodeURIComponent), this.search))}`;
    }
    return html`<div><h1 tabindex="-1">Nothing is here</h1>
      <p>No page of the console has the address <code>${this.path}</code>. Links to a migration or a device stay valid as long as
      it is in the ledger.</p>
      <p><a href="/migrations">See all migrations</a></p></div>`;
  }

  render() {
    return html`
      <a class="skip btn btn-primary" href="#content">Skip to the content</a>
      ${this.header()}
      ${this.banners()}
      <main id="content" tabindex="-1">
        <div class="notices" role="status">${this.notices.map(one => this.notice(one))}</div>
        <div class="page">${this.body()}</div>
      </main>
      <drover-verb-dialog></drover-verb-dialog>
      <div class="visually-hidden" role="status" aria-live="polite">${this.said}</div>`;
  }

  body() {
    if (this.problem) {
      return html`<div><h1 tabindex="-1">Drover</h1>${problemBox(this.problem, () => this.begin())}</div>`;
    }
    if (!this.ready || this.path === null) return nothing;
    if (!session.now.signedIn && session.now.mode !== "local" && !this.worker) {
      return html`<div class="narrow"><h1 tabindex="-1">Sign in</h1>
        <p>Drover moves fleets of devices between Azure IoT Central and Azure IoT Hub. To see its migrations you need to be signed in.</p>
        <a class="btn btn-primary btn-lg" href=${session.signInAddress} data-native>Sign in with Microsoft Entra</a></div>`;
    }
    if (!session.may("viewer") && !this.worker) {
      return html`<div class="narrow"><h1 tabindex="-1">No role yet</h1>
        <p>You are signed in as ${session.now.name ?? session.now.id}, and have no role in Drover. Ask who administers it for the
        role viewer, operator, approver or admin, then sign in again.</p></div>`;
    }
    return this.page();
  }

  header() {
    const who = session.now;
    return html`
      <header class="top">
        <a class="brand" href="/migrations"><img src=${new URL("favicon.svg", import.meta.url)} alt="" width="26" height="26">Drover</a>
        <nav aria-label="Main"><ul>${NAVIGATION.map(([path, label]) => html`
          <li><a href=${path} aria-current=${this.path?.startsWith(path) ? "page" : nothing}>${label}</a></li>`)}</ul></nav>
        <div class="top-end">
          <label class="visually-hidden" for="theme">Colours</label>
          <select id="theme" class="form-select form-select-sm" @change=${event => window.droverTheme(event.target.value)}>
            ${THEMES.map(([value, label]) => html`
              <option value=${value} .selected=${(localStorage.getItem("drover-theme") ?? "") === value}>${label}</option>`)}
          </select>
          ${who?.mode === "local" ? html`<span class="who" title="Nobody signs in: the worker listens on this machine only">${icon("person")}Local</span>` : nothing}
          ${who?.signedIn && who.mode !== "local" ? html`
            <span class="who" title=${who.roles.join(", ")}>${icon("person")}${who.name ?? who.id}</span>
            ${who.signOutPath ? html`<button class="btn btn-sm btn-outline-secondary" @click=${this.signOut}>Sign out</button>` : nothing}` : nothing}
        </div>
      </header>`;
  }

  async signOut() {
    try {
      live.follow(null);
      location.assign(await session.signOut());
    } catch (problem) {
      notice(problem.detail, { kind: "bad" });
    }
  }

  banners() {
    const lost = live.lostAt;
    return html`<section aria-label="Notices">
      ${this.worker?.simulated ? html`<div class="banner banner-simulated">${icon("warning")}<strong>Simulated.</strong>
        This worker is not pointed at public Azure${this.worker.timeCompression > 1 ? html`; its limits run ${this.worker.timeCompression} times faster` : nothing}.
        No real device is touched.</div>` : nothing}
      <div role="status">${lost ? html`<div class="banner banner-lost">${icon("warning")}<strong>Live updates are lost.</strong>
        What you see is of ${clockTime(live.freshAt ?? lost)} and may be out of date. Connecting again by itself.</div>` : nothing}</div>
      <div role="status">${this.ready && session.now && !session.now.signedIn && session.now.mode !== "local" && this.worker
        ? html`<div class="banner banner-lost">${icon("person")}<strong>Your session has ended.</strong>
          <a href=${session.signInAddress} data-native>Sign in again</a></div>` : nothing}</div></section>`;
  }

  notice(one) {
    return html`<div class="notice notice-${one.kind}">${icon(one.kind === "good" ? "check" : "warning")}
      <span>${one.text}${one.link ? html` <a href=${one.link[0]}>${one.link[1]}</a>` : nothing}</span>
      <button class="btn-close" aria-label="Close this message" @click=${() => { this.notices = this.notices.filter(n => n !== one); }}></button></div>`;
  }
}
customElements.define("drover-console", DroverConsole);
