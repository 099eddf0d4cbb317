// The API as the console uses it: one place for errors, forgery protection and idempotency.

const BASE = "/api/v1";

/** What went wrong with a request, in words for a person: what, and what to do. */
export class Problem extends Error {
  constructor({ status, title, detail, problems = [], code = "" }) {
    super(detail);
    Object.assign(this, { status, title, detail, problems, code });
  }
}

const unreachable = () => new Problem({
  status: 0,
  title: "The worker cannot be reached",
  detail: "Nothing answers at this address. Check that the worker still runs and that you are connected to its network, then try again.",
});

async function problemOf(response) {
  const body = await response.json().catch(() => null);
  return new Problem({
    status: response.status,
    title: body?.title ?? `The worker answered ${response.status}`,
    detail: body?.detail ?? "It said no more. Its log does; try again in a moment.",
    problems: body?.problems ?? [],
    code: (body?.type ?? "").replace("urn:drover:problem:", ""),
  });
}

export const encode = encodeURIComponent;

/** The address of an API path with a query; empty values are left out. */
export function address(path, query = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, value);
  }
  const text = params.toString();
  return BASE + path + (text ? "?" + text : "");
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw unreachable();
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401) session.forget();
    throw problem;
  }
  return response;
}

/** Reads a document; the answer's entity tag is in `etag` of what `read.withTag` gives. */
export async function read(path, query, signal) {
  return (await send(address(path, query), { headers: { accept: "application/json" }, signal })).json();
}

export async function readWithTag(path, signal) {
  const response = await send(address(path), { headers: { accept: "application/json" }, signal });
  return { body: await response.json(), etag: response.headers.get("etag") };
}

/**
 * Changes something. The key makes a repetition harmless: give the same one when the same wish is sent again.
 */
export async function write(method, path, body, { key = crypto.randomUUID(), etag } = {}) {
  const headers = { accept: "application/json", "idempotency-key": key };
  if (session.now?.csrfToken) headers["x-csrf-token"] = session.now.csrfToken;
  if (etag) headers["if-match"] = etag;
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await send(address(path), {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body),
  });
  return response.status === 204 ? null : response.json();
}

/** Who asks, kept for the whole console; tells of changes as event `change`. */
class SessionState extends EventTarget {
  now = null;

  async load() {
    this.now = await read("/session");
    this.dispatchEvent(new Event("change"));
    return this.now;
  }

  /** The worker took the session as ended. */
  forget() {
    if (this.now?.signedIn && this.now.mode !== "local") {
      this.now = { ...this.now, signedIn: false, roles: [], csrfToken: null };
      this.dispatchEvent(new Event("change"));
    }
  }

  may(role) {
    const roles = this.now?.roles ?? [];
    return roles.includes("admin") || roles.includes(role) || (role === "viewer" && roles.length > 0);
  }

  get signInAddress() {
    const here = location.pathname + location.search;
    return `${this.now?.signInPath ?? "/auth/sign-in"}?returnTo=${encode(here)}`;
  }

  /** Ends the session; where Entra's own ends is what comes back. */
  async signOut() {
    const response = await send(this.now.signOutPath, { method: "POST", headers: { "x-csrf-token": this.now.csrfToken ?? "" } });
    return (await response.json()).location;
  }
}
export const session = new SessionState();

let catalogue;
/** Every reason by name; read once. */
export function reasons() {
  catalogue ??= read("/reasons")
    .then(list => new Map(list.map(reason => [reason.name, reason])))
    .catch(problem => { catalogue = undefined; throw problem; });
  return catalogue;
}
