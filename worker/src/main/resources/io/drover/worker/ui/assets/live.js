// One stream of events at a time: of all migrations, or of the one that is shown. Browsers allow few connections to a host, so a
// page that nobody sees gives its stream up.
import { address, read } from "./api.js";

const KINDS = ["migrations", "migration", "plan", "audit"];
const CHECK_EVERY = 20_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

class Live extends EventTarget {
  connected = false;
  lostAt = null;
  freshAt = null;
  #path = null;
  #source = null;
  #lastId = null;
  #pause = FIRST_PAUSE;
  #retry = null;

  constructor() {
    super();
    setInterval(() => this.#check(), CHECK_EVERY);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#close();
      else if (this.#path) this.#open();
    });
    window.addEventListener("online", () => this.#path && !this.connected && this.#open());
  }

  /** Follows this stream from now on; null follows none. */
  follow(path) {
    if (path === this.#path) return;
    this.#path = path;
    this.#lastId = null;
    this.lostAt = null;
    this.#close();
    if (path && !document.hidden) this.#open();
  }

  #open() {
    this.#close();
    const source = new EventSource(address(this.#path, { lastEventId: this.#lastId }));
    this.#source = source;
    source.onopen = () => this.#fresh();
    source.onerror = () => this.#lost(source);
    for (const kind of KINDS) {
      source.addEventListener(kind, event => {
        if (event.lastEventId) this.#lastId = event.lastEventId;
        this.#fresh();
        this.dispatchEvent(new CustomEvent(kind, { detail: JSON.parse(event.data) }));
      });
    }
  }

  #close() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.connected = false;
  }

  #fresh() {
    const back = !this.connected;
    this.connected = true;
    this.freshAt = new Date();
    this.lostAt = null;
    this.#pause = FIRST_PAUSE;
    if (back) this.dispatchEvent(new Event("status"));
  }

  /** The browser tries again only after some failures, and without pause; so this does it. */
  #lost(source) {
    if (source !== this.#source) return;
    this.#close();
    this.lostAt ??= new Date();
    this.dispatchEvent(new Event("status"));
    this.#retry = setTimeout(() => this.#open(), this.#pause * (0.7 + 0.6 * Math.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** A quiet stream and a dead one look alike to a page; a request tells them apart. */
  async #check() {
    if (!this.#source || !this.connected || Date.now() - this.freshAt < CHECK_EVERY) return;
    const source = this.#source;
    try {
      await read("/session", {}, AbortSignal.timeout(10_000));
      if (source === this.#source) this.freshAt = new Date();
    } catch {
      this.#lost(source);
    }
  }
}
export const live = new Live();
