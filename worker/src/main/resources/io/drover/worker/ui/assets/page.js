// What all pages have in common: they load, may fail, are focused on arrival, and hear of events while they are shown.
import { LitElement, html, nothing } from "lit";
import { Problem, session } from "./api.js";
import { icon } from "./format.js";
import { live } from "./live.js";

/** Goes to a place in the console; `replace` leaves no step behind. */
export function go(path, { replace = false, state = null } = {}) {
  history[replace ? "replaceState" : "pushState"](state, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Changes the query only; empty values are left out, and so is what is shown anyway. */
export function query(changes, { replace = false, state = null } = {}) {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  go(location.pathname + (text ? "?" + text : ""), { replace, state });
}

/** Tells people who listen to the page rather than see it; politely, and the same thing once. */
export function announce(text) {
  window.dispatchEvent(new CustomEvent("drover-announce", { detail: text }));
}

/** Shows what a request came to, above the page, until it is closed. */
export function notice(text, { kind = "good", link } = {}) {
  window.dispatchEvent(new CustomEvent("drover-notice", { detail: { text: text.charAt(0).toUpperCase() + text.slice(1), kind, link, fresh: true } }));
}

/** A problem with what to do about it. */
export function problemBox(problem, again) {
  if (!problem) return nothing;
  return html`
    <div class="problem" role="alert">
      <h2 class="h6">${icon("warning")}${problem.title}</h2>
      <p>${problem.detail}</p>
      ${problem.problems?.length ? html`<ul>${problem.problems.map(one => html`
        <li>${one.where ? html`<code>${one.where}</code>: ` : nothing}${one.problem} ${one.remedy}</li>`)}</ul>` : nothing}
      ${problem.status === 401 ? html`<a class="btn btn-primary" href=${session.signInAddress} data-native>Sign in</a>` : nothing}
      ${problem.status === 403 ? html`<p>You have ${session.now?.roles?.length ? "the role " + session.now.roles.join(", ") : "no role"}.
        Ask who administers Drover for one that may do this.</p>` : nothing}
      ${again && problem.status !== 401 && problem.status !== 403
        ? html`<button class="btn btn-outline-secondary" @click=${again}>Try again</button>` : nothing}
    </div>`;
}

export const skeleton = (rows = 4) => html`
  <div class="skeleton" role="status"><span class="visually-hidden">Loading</span>${
    Array.from({ length: rows }, () => html`<span></span>`)}</div>`;

export class Page extends LitElement {
  static properties = { params: { attribute: false, hasChanged: (a, b) => String(a) !== String(b) }, search: { attribute: false }, problem: { state: true }, loaded: { state: true } };
  #listened = [];
  #abort = new AbortController();

  createRenderRoot() {
    return this;
  }

  /** The page's title, also that of the window. */
  get heading() {
    return "";
  }

  /** Listens while the page is shown. */
  hear(target, kind, handler) {
    target.addEventListener(kind, handler);
    this.#listened.push([target, kind, handler]);
  }

  /** Repeats while the page is shown and seen. */
  every(milliseconds, action) {
    const timer = setInterval(() => document.hidden || action(), milliseconds);
    this.#listened.push([{ removeEventListener: () => clearInterval(timer) }]);
  }

  get signal() {
    return this.#abort.signal;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#abort.abort();
    for (const [target, kind, handler] of this.#listened) target.removeEventListener(kind, handler);
    this.#listened = [];
  }

  /** Turns to another page of a list, whose beginning is focused once it is there. */
  turn(cursor, state) {
    this.turned = true;
    query({ cursor }, { state });
  }

  async focusList() {
    if (!this.turned) return;
    this.turned = false;
    await this.updateComplete;
    this.querySelector("[data-list]")?.focus();
  }

  /** Runs a request for the page; what fails is shown in place of the page. */
  async load(request) {
    try {
      await request();
      this.problem = null;
      this.loaded = true;
    } catch (failure) {
      if (failure.name === "AbortError") return;
      if (!(failure instanceof Problem)) throw failure;
      this.problem = failure;
      if (failure.status === 404) live.follow(null);
    }
    this.requestUpdate();
    await this.focusList();
  }
}
