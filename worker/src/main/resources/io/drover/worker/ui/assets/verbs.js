// What a person can do to a migration: each verb says in numbers what will happen before it does it, and takes a reason.
import { LitElement, html, nothing } from "lit";
import { encode, write } from "./api.js";
import { count, plural, progress } from "./format.js";
import { announce, go, notice, problemBox } from "./page.js";

const onTheWay = p => p.moving
  ? `${plural(p.moving, "device")} on the way ${p.moving === 1 ? "is" : "are"} still followed.` : "No device is on its way.";

/**
 * Each verb: its button, and for the dialog its title, its text in numbers, its fields, and what is sent. `danger` marks what cannot
 * be taken back.
 */
export const VERBS = {
  apply: {
    label: "Start", title: m => `Start ${m.name}?`, confirm: () => "Start", fields: ["startAt"],
    text: (m, p, x) => [m.total || x.movable
      ? `${plural(x.movable ?? p.movable, "device")} will be told to move, as the rollout allows.`
      : "The selection is read, and its devices will be told to move, as the rollout allows.",
    x.plan ? "It begins only if nothing has changed since the plan." : null],
    body: (form, m, x) => ({ plan: x.plan, startAt: form.startAt ? new Date(form.startAt).toISOString() : undefined }),
  },
  approve: {
    label: "Approve", title: m => `Let ${m.name} begin?`, confirm: () => "Approve",
    text: (m, p) => [`${plural(p.movable, "device")} will be told to move from ${m.source} to ${m.target}.`],
  },
  pause: {
    label: "Pause", title: m => `Pause ${m.name}?`, confirm: () => "Pause",
    text: (m, p) => [`No more commands are sent: ${plural(p.ready, "device")} ready and ${count(p.waiting)} offline stay where they are.`, onTheWay(p),
      "It can be resumed at any time."],
  },
  resume: {
    label: "Resume", title: m => `Resume ${m.name}?`, confirm: () => "Resume",
    text: (m, p) => [`${plural(p.ready, "device")} ready and ${count(p.waiting)} offline will be told to move in their turn.`,
      p.failed ? `The ${plural(p.failed, "failure")} so far ${p.failed === 1 ? "is" : "are"} accepted: the stop rule counts anew.` : null,
      heldWave(m) ? `Wave ${heldWave(m).name} is judged anew.` : null],
  },
  promote: {
    label: "Promote", title: m => `Open the next wave of ${m.name}?`, confirm: () => "Open the next wave",
    text: m => {
      const held = heldWave(m);
      const next = held && m.waves.find(wave => wave.number > held.number);
      return [held ? `Wave ${held.name} is held with ${count(held.counts?.MIGRATED)} of ${count(held.total)} arrived and ${count(held.counts?.FAILED)} failed.` : null,
        next ? `Wave ${next.name} opens all the same: ${plural(next.total, "device")} will be told to move.` : "The next wave opens all the same."];
    },
  },
  abort: {
    label: "Abort", danger: true, title: m => `Abort ${m.name}?`, confirm: () => "Abort the migration",
    text: (m, p) => [`${plural(p.ready + p.waiting, "device")} not on the way will be cancelled and stay at the source.`,
      p.moving ? `${plural(p.moving, "device")} on the way will be followed to the end.` : "No device is on its way.",
      `${plural(p.migrated, "device")} that arrived stay${p.migrated === 1 ? "s" : ""} at the target. An aborted migration cannot be resumed; cancelled devices can be retried.`],
  },
  retry: {
    label: "Retry", title: (m, x) => x.devices ? `Retry ${x.devices.length === 1 ? x.devices[0] : plural(x.devices.length, "device")}?` : "Retry devices?",
    confirm: () => "Retry",
    text: (m, p, x) => [x.devices ? `${plural(x.devices.length, "device")} will be taken up again.`
      : x.count !== undefined ? `${plural(x.count, "device")} ${x.about ?? ""} will be taken up again.`
      : x.about ? `Failed and cancelled devices ${x.about} will be taken up again.`
      : `${plural(p.failed, "failed device")} and ${count(p.cancelled)} cancelled will be taken up again.`,
    "Each is looked for at the target first; one that is found there is not commanded."],
    body: (form, m, x) => ({ reasons: x.reasons, waves: x.waves, devices: x.devices }),
  },
  failback: {
    label: "Fail back", danger: true, title: m => `Return devices of ${m.name}?`, confirm: () => "Return them", fields: ["returnName", "wave"],
    text: (m, p) => [`${plural(p.migrated, "migrated device")} can be returned from ${m.target} to ${m.source}, as a migration of its own that begins at once.`,
      "What was returned before stays where it is."],
    body: form => ({ name: form.returnName || undefined, wave: form.wave ? Number(form.wave) : undefined }),
    done: outcome => outcome.migration,
  },
  delete: {
    label: "Delete draft", danger: true, title: m => `Delete the draft ${m.name}?`, confirm: () => "Delete", noReason: true,
    text: () => ["Its definition and its plan are forgotten. Nothing was contacted to change it, so nothing else changes."],
  },
};

const heldWave = m => m.waves?.find(wave => wave.state === "HELD");

/** Asks for confirmation of a verb; the promise has the outcome, or null when it was not confirmed. */
export function ask(verb, migration, options = {}) {
  return document.querySelector("drover-verb-dialog").ask(verb, migration, options);
}

class VerbDialog extends LitElement {
  static properties = { asked: { state: true }, problem: { state: true }, busy: { state: true } };

  createRenderRoot() {
    return this;
  }

  async ask(verb, migration, options) {
    this.asked = { verb, migration, options, key: crypto.randomUUID() };
    this.problem = null;
    this.busy = false;
    await this.updateComplete;
    const dialog = this.querySelector("dialog");
    dialog.querySelector("form").reset();
    dialog.showModal();
    return new Promise(done => { this.done = done; });
  }

  closed() {
    this.done?.(this.outcome ?? null);
    this.outcome = null;
    this.done = null;
    // The button that opened it may be gone by now; the browser returns focus only to what is still there.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) document.querySelector("main h1")?.focus();
    });
  }

  async confirmed(event) {
    event.preventDefault();
    if (this.busy) return;
    const { verb, migration, options, key } = this.asked;
    const form = Object.fromEntries(new FormData(event.target));
    const known = VERBS[verb];
    const path = `/migrations/${encode(migration.name)}`;
    this.busy = true;
    this.problem = null;
    try {
      if (verb === "delete") {
        await write("DELETE", path, undefined, { key });
        this.outcome = { migration: migration.name, verb, changed: true, message: `The draft ${migration.name} is deleted.` };
      } else {
        const body = { ...(known.body?.(form, migration, options) ?? {}), reason: form.reason || undefined };
        this.outcome = await write("POST", `${path}/${verb}`, body, { key });
      }
      const link = known.done ? [`/migrations/${encode(known.done(this.outcome))}`, "Follow it"] : undefined;
      notice(this.outcome.message, { kind: "good", link });
      this.querySelector("dialog").close();
    } catch (problem) {
      this.problem = problem;
      this.asked = { ...this.asked, key: crypto.randomUUID() };
    }
    this.busy = false;
  }

  render() {
    return html`<dialog class="verb" aria-labelledby="verb-title" aria-describedby="verb-text" @close=${this.closed}>
      ${this.asked ? this.form() : nothing}</dialog>`;
  }

  form() {
    const { verb, migration, options } = this.asked;
    const known = VERBS[verb];
    return html`<form @submit=${this.confirmed}>
      <h2 id="verb-title" class="h5">${known.title(migration, options)}</h2>
      <div id="verb-text">${known.text(migration, progress(migration), options).filter(Boolean).map(line => html`<p>${line}</p>`)}</div>
      ${problemBox(this.problem)}
      ${known.fields?.includes("startAt") ? html`
        <label class="form-label" for="verb-start">Not before (leave empty to start now)</label>
        <input class="form-control" id="verb-start" name="startAt" type="datetime-local" step="60">` : nothing}
      ${known.fields?.includes("returnName") ? html`
        <label class="form-label" for="verb-name">Name of the return</label>
        <input class="form-control" id="verb-name" name="returnName" maxlength="128" pattern="[A-Za-z0-9][A-Za-z0-9._ \-]*" placeholder="${migration.name}-return">` : nothing}
      ${known.fields?.includes("wave") && migration.waves?.length > 1 ? html`
        <label class="form-label" for="verb-wave">Which devices</label>
        <select class="form-select" id="verb-wave" name="wave"><option value="">All that have moved</option>
          ${migration.waves.map(wave => html`<option value=${wave.number}>Wave ${wave.name}: ${count(wave.counts?.MIGRATED)}</option>`)}</select>` : nothing}
      ${known.noReason ? nothing : html`
        <label class="form-label" for="verb-reason">Reason, for the audit (optional)</label>
        <textarea class="form-control" id="verb-reason" name="reason" rows="2" maxlength="500"></textarea>`}
      <div class="actions">
        <button class="btn ${known.danger ? "btn-danger" : "btn-primary"}" ?disabled=${this.busy}>${this.busy ? "Asking the worker…" : known.confirm()}</button>
        <button class="btn btn-outline-secondary" type="button" ?autofocus=${known.noReason} @click=${() => this.querySelector("dialog").close()}>Cancel</button>
      </div></form>`;
  }
}
customElements.define("drover-verb-dialog", VerbDialog);

/** Buttons of those verbs that make sense now and that the caller may use. */
export function verbButtons(migration, { only, done, options = {} } = {}) {
  const names = (migration.verbs ?? []).filter(verb => VERBS[verb] && (!only || only.includes(verb)));
  return names.map((verb, index) => html`
    <button class="btn ${VERBS[verb].danger ? "btn-outline-danger" : index ? "btn-outline-primary" : "btn-primary"}" @click=${async () => {
      const outcome = await ask(verb, migration, options);
      if (outcome && verb === "delete") go("/migrations");
      else if (outcome) { announce(outcome.message); done?.(outcome); }
    }}>${VERBS[verb].label}</button>`);
}
