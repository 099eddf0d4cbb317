// A definition as a form holds it, and the way there and back. What the form has no field for is kept as it was.

import { DAYS } from "./schedule.js";

const EVERY = "*";

export const blank = () => ({
  name: "", sourceKind: "application", application: "", deviceGroup: "", deviceTemplate: "", matchId: "", ids: "", hub: "", sourceService: "", query: "",
  enrollmentGroups: "", targetKind: "service", service: "", targetApplication: "", targetTemplate: "",
  rollout: "waves", waves: [
    { name: "canary", kind: "devices", size: "10", success: "100", then: "continue", deadline: "" },
    { name: "tenth", kind: "percent", size: "10", success: "98", then: "continue", deadline: "" },
  ],
  rate: "", stopFailed: "5", stopMinimum: "50", stopAction: "pause", approval: false, startAt: "", windows: [], campaign: "", order: "id", deadlines: {},
  verification: "telemetry", registration: "enrollment", attempts: "3", requirePlan: false, subscription: "",
});

/** Without keys that have no value. */
const given = object => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== "" && value !== undefined && value !== null));
const share = text => (text === "" ? undefined : `${text}%`);
const bare = text => (text ?? "").toString().replace(/ ?%$/, "");

function local(instant) {
  if (!instant) return "";
  const date = new Date(instant);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const some = object => Object.keys(object).length ? object : undefined;

/** Ids as people paste them: in lines, or with commas, semicolons or spaces between them. */
export const listed = text => [...new Set((text ?? "").split(/[\s,;]+/).filter(Boolean))];

/** An application's devices are chosen by something: all of them by a pattern that all ids fit. */
function matched(m, before) {
  return some(given({ ...before?.match, id: m.matchId })) ?? (m.deviceGroup || m.ids ? undefined : { id: EVERY });
}

/** What a wave takes; one that is defined otherwise stays as it is. */
function taken(wave) {
  switch (wave.kind) {
    case "devices": return { devices: Number(wave.size) };
    case "percent": return { percent: share(wave.size) };
    case "group": return { group: wave.size };
    case "match": return { match: { ...wave.original?.match, id: wave.size } };
    default: return {};
  }
}

const windows = m => m.windows.map(one => ({
  days: one.days.length && one.days.length < DAYS.length ? one.days.join(", ") : "daily", from: one.from, to: one.to, zone: one.zone,
}));

export function toDefinition(m, original = {}) {
  const before = original.rollout ?? {};
  const source = m.sourceKind === "application"
    ? given({ application: m.application, deviceGroup: m.deviceGroup, deviceTemplate: m.deviceTemplate,
        match: matched(m, original.source) })
    : given({ hub: m.hub, provisioningService: m.sourceService, query: m.query, method: original.source?.method,
        enrollmentGroups: m.enrollmentGroups ? m.enrollmentGroups.split(/[\s,]+/).filter(Boolean) : undefined });
  if (m.ids) source.devices = listed(m.ids);
  const target = m.targetKind === "service" ? given({ provisioningService: m.service })
    : given({ application: m.targetApplication, deviceTemplate: m.targetTemplate });
  const rollout = given({
    ...before, order: m.order, approval: m.approval ? "required" : undefined,
    startAt: m.startAt ? new Date(m.startAt).toISOString() : undefined,
    rate: m.rate || before.rate?.start ? given({ ...before.rate, max: m.rate }) : undefined,
    windows: m.windows.length ? windows(m) : undefined, campaign: m.campaign,
    stop: m.stopFailed ? { failed: share(m.stopFailed), minimum: Number(m.stopMinimum || 20), action: m.stopAction } : undefined,
    waves: m.rollout === "waves" ? m.waves.map(wave => given({
      ...wave.original, name: wave.name,
      ...taken(wave), deadline: wave.deadline, success: share(wave.success), then: wave.then === "wait" ? "wait" : undefined,
    })) : undefined,
  });
  return given({
    ...original, deadlines: some(given(m.deadlines)), name: m.name, subscription: m.subscription, source, target, rollout, verification: m.verification, registration: m.registration,
    attempts: Number(m.attempts) || undefined, requirePlan: m.requirePlan || undefined,
  });
}

export function fromDefinition(d) {
  const rollout = d.rollout ?? {};
  const waves = (rollout.waves ?? []).map(wave => {
    const { devices, percent, group, ...rest } = wave;
    const kind = devices !== undefined ? "devices" : percent !== undefined ? "percent" : group !== undefined ? "group" : wave.match?.id !== undefined ? "match" : "other";
    if (kind === "match") delete rest.match;
    return {
      name: wave.name ?? "", kind, size: bare(devices ?? percent ?? group ?? wave.match?.id), success: bare(wave.success), then: wave.then ?? "continue",
      deadline: wave.deadline ?? "", original: kind === "match" && wave.match.template ? { ...rest, match: { template: wave.match.template } } : rest,
    };
  });
  return {
    ...blank(), name: d.name ?? "", sourceKind: d.source?.hub ? "hub" : "application", application: d.source?.application ?? "",
    deviceGroup: d.source?.deviceGroup ?? "", deviceTemplate: d.source?.deviceTemplate ?? "", matchId: d.source?.match?.id === EVERY && !d.source.deviceGroup && !d.source.devices ? "" : d.source?.match?.id ?? "", hub: d.source?.hub ?? "",
    sourceService: d.source?.provisioningService ?? "", query: d.source?.query ?? "", enrollmentGroups: (d.source?.enrollmentGroups ?? []).join(", "),
    ids: (d.source?.devices ?? []).join("\n"), deadlines: d.deadlines ?? {}, campaign: rollout.campaign ?? "",
    windows: (rollout.windows ?? []).map(one => ({
      days: DAYS.filter(day => (one.days ?? "").split(/[ ,]+/).some(name => name.slice(0, 3).toLowerCase() === day)),
      from: one.from ?? "", to: one.to ?? "", zone: one.zone ?? "UTC",
    })),
    targetKind: d.target?.application ? "application" : "service", service: d.target?.provisioningService ?? "",
    targetApplication: d.target?.application ?? "", targetTemplate: d.target?.deviceTemplate ?? "",
    rollout: waves.length ? "waves" : "once", waves: waves.length ? waves : blank().waves, rate: rollout.rate?.max ?? "", stopFailed: bare(rollout.stop?.failed),
    stopMinimum: String(rollout.stop?.minimum ?? "50"), stopAction: rollout.stop?.action ?? "pause", approval: rollout.approval === "required",
    startAt: local(rollout.startAt), order: rollout.order ?? "id", verification: d.verification ?? "telemetry",
    registration: d.registration ?? "enrollment", attempts: String(d.attempts ?? 3), requirePlan: d.requirePlan === true, subscription: d.subscription ?? "",
  };
}

/** Which step and field of the form a mistake in the definition belongs to. */
const FIELDS = [
  [/(^|\.)name$/, 0, "name"], [/subscription$/, 3, "subscription"],
  [/source\.application$/, 0, "application"], [/source\.deviceGroup$/, 0, "deviceGroup"], [/source\.deviceTemplate$/, 0, "deviceTemplate"],
  [/source\.match/, 0, "matchId"], [/source\.devices/, 0, "ids"], [/source\.hub$/, 0, "hub"], [/source\.provisioningService$/, 0, "sourceService"], [/source\.query$/, 0, "query"],
  [/source\.enrollmentGroups/, 0, "enrollmentGroups"], [/source/, 0, "sourceKind"],
  [/target\.provisioningService$/, 1, "service"], [/target\.application$/, 1, "targetApplication"], [/target\.deviceTemplate$/, 1, "targetTemplate"],
  [/target/, 1, "targetKind"],
  [/rollout\.rate/, 2, "rate"], [/rollout\.stop/, 2, "stopFailed"], [/rollout\.startAt/, 2, "startAt"], [/rollout\.windows$/, 2, "windows"], [/rollout\.campaign/, 3, "campaign"], [/rollout\.approval/, 2, "approval"],
  [/rollout/, 2, "rollout"], [/verification$/, 3, "verification"], [/registration$/, 3, "registration"], [/attempts$/, 3, "attempts"],
];
export function placeOf(where) {
  const wave = /rollout\.waves\[(\d+)\](?:\.(\w+))?/.exec(where);
  if (wave) {
    const part = { devices: "size", percent: "size", group: "size", match: "size", deadline: "deadline", success: "success", then: "then" }[wave[2]] ?? "name";
    return { step: 2, field: `wave-${wave[1]}-${part}` };
  }
  const window = /rollout\.windows\[(\d+)\](?:\.(\w+))?/.exec(where);
  if (window) return { step: 2, field: `window-${window[1]}-${window[2] ?? "from"}` };
  const deadline = /deadlines\.(\w+)$/.exec(where);
  if (deadline) return { step: 2, field: `deadline-${deadline[1]}`, advanced: true };
  const known = FIELDS.find(([pattern]) => pattern.test(where ?? ""));
  return known ? { step: known[1] === 3 ? 2 : known[1], field: known[2], advanced: known[1] === 3 } : null;
}
