// A definition as a form holds it, and the way there and back. What the form has no field for is kept as it was.

const EVERY = "*";

export const blank = () => ({
  name: "", sourceKind: "application", application: "", deviceGroup: "", deviceTemplate: "", matchId: "", hub: "", sourceService: "", query: "",
  enrollmentGroups: "", targetKind: "service", service: "", targetApplication: "", targetTemplate: "",
  rollout: "waves", waves: [
    { name: "canary", kind: "devices", size: "10", success: "100", then: "continue" },
    { name: "tenth", kind: "percent", size: "10", success: "98", then: "continue" },
  ],
  rate: "", stopFailed: "5", stopMinimum: "50", stopAction: "pause", approval: false, startAt: "", order: "id",
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

/** An application's devices are chosen by something: all of them by a pattern that all ids fit. */
function matched(m, before) {
  const match = given({ ...before?.match, id: m.matchId });
  if (Object.keys(match).length) return match;
  return m.deviceGroup || before?.devices ? undefined : { id: EVERY };
}

export function toDefinition(m, original = {}) {
  const before = original.rollout ?? {};
  const source = m.sourceKind === "application"
    ? given({ application: m.application, deviceGroup: m.deviceGroup, deviceTemplate: m.deviceTemplate,
        match: matched(m, original.source) })
    : given({ hub: m.hub, provisioningService: m.sourceService, query: m.query, method: original.source?.method,
        enrollmentGroups: m.enrollmentGroups ? m.enrollmentGroups.split(/[\s,]+/).filter(Boolean) : undefined });
  if (original.source?.devices) source.devices = original.source.devices;
  const target = m.targetKind === "service" ? given({ provisioningService: m.service })
    : given({ application: m.targetApplication, deviceTemplate: m.targetTemplate });
  const rollout = given({
    ...before, order: m.order, approval: m.approval ? "required" : undefined,
    startAt: m.startAt ? new Date(m.startAt).toISOString() : undefined,
    rate: m.rate || before.rate?.start ? given({ ...before.rate, max: m.rate }) : undefined,
    stop: m.stopFailed ? { failed: share(m.stopFailed), minimum: Number(m.stopMinimum || 20), action: m.stopAction } : undefined,
    waves: m.rollout === "waves" ? m.waves.map(wave => given({
      ...wave.original, name: wave.name,
      ...(wave.kind === "devices" ? { devices: Number(wave.size) } : wave.kind === "percent" ? { percent: share(wave.size) } : {}),
      success: share(wave.success), then: wave.then === "wait" ? "wait" : undefined,
    })) : undefined,
  });
  return given({
    ...original, name: m.name, subscription: m.subscription, source, target, rollout, verification: m.verification, registration: m.registration,
    attempts: Number(m.attempts) || undefined, requirePlan: m.requirePlan || undefined,
  });
}

export function fromDefinition(d) {
  const rollout = d.rollout ?? {};
  const waves = (rollout.waves ?? []).map(wave => {
    const { devices, percent, ...rest } = wave;
    return {
      name: wave.name ?? "", kind: devices !== undefined ? "devices" : percent !== undefined ? "percent" : "other", size: bare(devices ?? percent),
      success: bare(wave.success), then: wave.then ?? "continue", original: rest,
    };
  });
  return {
    ...blank(), name: d.name ?? "", sourceKind: d.source?.hub ? "hub" : "application", application: d.source?.application ?? "",
    deviceGroup: d.source?.deviceGroup ?? "", deviceTemplate: d.source?.deviceTemplate ?? "", matchId: d.source?.match?.id === EVERY && !d.source.deviceGroup ? "" : d.source?.match?.id ?? "", hub: d.source?.hub ?? "",
    sourceService: d.source?.provisioningService ?? "", query: d.source?.query ?? "", enrollmentGroups: (d.source?.enrollmentGroups ?? []).join(", "),
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
  [/source\.match/, 0, "matchId"], [/source\.hub$/, 0, "hub"], [/source\.provisioningService$/, 0, "sourceService"], [/source\.query$/, 0, "query"],
  [/source\.enrollmentGroups/, 0, "enrollmentGroups"], [/source/, 0, "sourceKind"],
  [/target\.provisioningService$/, 1, "service"], [/target\.application$/, 1, "targetApplication"], [/target\.deviceTemplate$/, 1, "targetTemplate"],
  [/target/, 1, "targetKind"],
  [/rollout\.rate/, 2, "rate"], [/rollout\.stop/, 2, "stopFailed"], [/rollout\.startAt/, 2, "startAt"], [/rollout\.approval/, 2, "approval"],
  [/rollout/, 2, "rollout"], [/verification$/, 3, "verification"], [/registration$/, 3, "registration"], [/attempts$/, 3, "attempts"],
];
export function placeOf(where) {
  const wave = /rollout\.waves\[(\d+)\](?:\.(\w+))?/.exec(where);
  if (wave) {
    const part = { devices: "size", percent: "size", success: "success", then: "then" }[wave[2]] ?? "name";
    return { step: 2, field: `wave-${wave[1]}-${part}` };
  }
  const known = FIELDS.find(([pattern]) => pattern.test(where ?? ""));
  return known ? { step: known[1] === 3 ? 2 : known[1], field: known[2], advanced: known[1] === 3 } : null;
}
