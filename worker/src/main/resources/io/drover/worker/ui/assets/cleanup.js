// Deleting at the source what has moved: first a look that deletes nothing, then, with the migration's name typed, for good.
import { LitElement, html, nothing } from "lit";
import { encode, read, write } from "./api.js";
import { count, time, words } from "./format.js";
import { notice, problemBox } from "./page.js";

const POLL_MILLISECONDS = 1_500;

class Cleanup extends LitElement {
  static properties = { migration: { attribute: false }, state: { state: true }, problem: { state: true }, busy: { state: true }, after: { state: true } };

  constructor() {
    super();
    this.after = "7d";
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  get path() {
    return `/migrations/${encode(this.migration.name)}/cleanup`;
  }

  get offered() {
    return this.migration?.verbs?.includes("cleanup");
  }

  /** The newest cleanup is asked for when somebody wants to know of it. */
  opened(event) {
    if (event.target.open && !this.state) this.fetch();
  }

  async fetch() {
    try {
      this.state = await read(this.path);
      if (this.state.status === "running") this.timer = setTimeout(() => this.isConnected && this.fetch(), POLL_MILLISECONDS);
    } catch (problem) {
      if (problem.status !== 404) this.problem = problem;
    }
  }

  async begin(confirm) {
    this.busy = true;
    this.problem = null;
    try {
      this.state = await write("POST", this.path, { after: this.after, confirm });
      this.querySelector("dialog")?.close();
      if (confirm) notice("Devices are being deleted at the source. What becomes of each is under Cleanup.");
      await this.fetch();
    } catch (problem) {
      this.problem = problem;
    }
    this.busy = false;
  }

  get deletable() {
    return this.state?.verdicts?.find(verdict => verdict.verdict === "PROVEN")?.count ?? 0;
  }

  render() {
    if (!this.offered) return nothing;
    const s = this.state;
    return html`<section class="panel"><details @toggle=${this.opened}><summary><h2 class="h5">Cleanup at the source</h2></summary>
      <p>Moved devices are billed at the source until they are deleted there. A look says which could go and why not, and deletes nothing.</p>
      <form class="filters" @submit=${event => { event.preventDefault(); this.begin(); }}>
        <div><label class="form-label" for="after">Arrived longer ago than</label>
          <input class="form-control" id="after" required pattern="[0-9]{1,6}[smhd]" title="A number and s, m, h or d, such as 7d" .value=${this.after}
            @input=${event => { this.after = event.target.value; }}></div>
        <button class="btn btn-outline-primary" ?disabled=${this.busy || s?.status === "running"}>Look what could go</button>
      </form>
      ${problemBox(this.problem)}${s ? this.result(s) : nothing}</details></section>`;
  }

  result(s) {
    return html`<div role="status"><p>${s.status === "running" ? "Going on…" : s.dryRun ? html`Look of ${time(s.at)}, of what arrived more than ${s.after} before; nothing was deleted:` : html`Cleanup of ${time(s.at)}:`}</p></div>
      ${s.failure ? problemBox(s.failure) : nothing}
      ${s.verdicts?.length ? html`<ul>${s.verdicts.map(verdict => html`<li><strong>${count(verdict.count)} ${words(verdict.verdict).toLowerCase()}</strong>: ${verdict.text}.
        ${verdict.nextAction}</li>`)}</ul>` : nothing}
      ${s.status === "done" && s.dryRun && this.deletable ? html`
        <button class="btn btn-outline-danger" @click=${() => this.querySelector("dialog").showModal()}>Delete ${count(this.deletable)} at the source…</button>
        <dialog class="verb" aria-labelledby="cleanup-title"><form @submit=${event => {
          event.preventDefault();
          this.begin(new FormData(event.target).get("confirm"));
        }}>
          <h2 id="cleanup-title" class="h5">Delete devices at ${this.migration.source}?</h2>
          <p>${count(this.deletable)} devices that arrived more than ${this.after} ago are deleted at the source, each only when it is proven at the target once
            more and quiet at the source. There is no way back: they cannot be returned after that.</p>
          <label class="form-label" for="confirm">Type the migration's name, ${this.migration.name}, to confirm</label>
          <input class="form-control" id="confirm" name="confirm" required autocomplete="off">
          ${problemBox(this.problem)}
          <div class="actions"><button class="btn btn-danger" ?disabled=${this.busy}>Delete for good</button>
            <button class="btn btn-outline-secondary" type="button" @click=${() => this.querySelector("dialog").close()}>Cancel</button></div>
        </form></dialog>` : nothing}`;
  }
}
customElements.define("drover-cleanup", Cleanup);
