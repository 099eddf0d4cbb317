package io.drover.simulator.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.behaviour.DelayRange;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.load.LoadGrammar;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadStage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads scenario files strictly: an unknown key or value is a mistake, and all mistakes are reported together. */
public final class ScenarioLoader {
    private static final Set<String> KEYS = Set.of(
            "name",
            "devices",
            "seed",
            "timeCompression",
            "deviceId",
            "telemetryInterval",
            "connectRate",
            "ramp",
            "jitter",
            "think",
            "telemetryJitter",
            "groups",
            "deviceGroups",
            "worker",
            "faults",
            "twins");
    private static final Set<String> GROUP_KEYS =
            Set.of("name", "weight", "behaviour", "engine", "credential", "enrollmentGroup", "template", "defect");
    /** Ids of enrollment groups as IoT Central takes them. */
    private static final Pattern ENROLLMENT_GROUP = Pattern.compile("[A-Za-z0-9-]{1,255}");

    /** Registration ids as the Device Provisioning Service takes them. */
    private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9\\-._:]{0,127}[A-Za-z0-9\\-]");

    private final String source;
    private final List<String> mistakes = new ArrayList<>();

    private ScenarioLoader(String source) {
        this.source = source;
    }

    /** Loads a file, or the packaged scenario of that name (default, mixed, …) when it is not a file. */
    public static Scenario load(String fileOrName) throws ScenarioException {
        return parse(fileOrName, text(fileOrName));
    }

    /** The text of a file or packaged scenario likewise, for a process that has neither. */
    public static String text(String fileOrName) throws ScenarioException {
        try {
            if (!Files.exists(Path.of(fileOrName)) && fileOrName.matches("[a-z][a-z0-9-]*")) {
                try (InputStream packaged =
                        ScenarioLoader.class.getResourceAsStream("/scenarios/" + fileOrName + ".yaml")) {
                    if (packaged != null) {
                        return new String(packaged.readAllBytes(), StandardCharsets.UTF_8);
                    }
                }
            }
            return Files.readString(Path.of(fileOrName));
        } catch (NoSuchFileException missing) {
            throw new ScenarioException(
                    fileOrName,
                    List.of(
                            "no such file, and no packaged scenario; packaged are: default, mixed, faults, jobs, sdk, waves, twins,"
                                    + " credentials, defects, and one of each kind of credential: "
                                    + Arrays.stream(CredentialKind.values())
                                            .map(CredentialKind::text)
                                            .collect(Collectors.joining(", "))));
        } catch (IOException unreadable) {
            throw new ScenarioException(fileOrName, List.of("cannot be read: " + unreadable.getMessage()));
        }
    }

    /** Parses the text of a scenario; {@code source} names it in messages. */
    public static Scenario parse(String source, String yaml) throws ScenarioException {
        return new ScenarioLoader(source).read(yaml);
    }

    private Scenario read(String yaml) throws ScenarioException {
        YamlTree tree;
        try {
            tree = YamlTree.parse(yaml, mistakes);
        } catch (IOException syntax) {
            throw new ScenarioException(source, List.of("is not YAML: " + syntax.getMessage()));
        }
        if (!(tree instanceof YamlTree.Mapping root)) {
            throw new ScenarioException(source, List.of("line 1: expected keys such as 'name:' and 'groups:'"));
        }
        refuseUnknown(root, KEYS, "");
        String name = text(root, "name").orElse("");
        int devices = (int) number(root, "devices", 1, 1_000_000);
        long seed = number(root, "seed", Long.MIN_VALUE, Long.MAX_VALUE);
        int compression = (int) number(root, "timeCompression", 1, 100);
        String pattern = text(root, "deviceId").orElse("device-%d");
        checkPattern(root, pattern);
        Duration interval = duration(root, "telemetryInterval", Duration.ofMillis(100), Duration.ofMinutes(6));
        LoadShape shape = shape(root);
        boolean rateNeeded =
                !root.entries().containsKey("ramp") || root.entries().containsKey("connectRate");
        int rate = rateNeeded ? (int) number(root, "connectRate", 1, 100_000) : 0;
        checkRamp(root, shape.ramp(), rate);
        List<Scenario.Group> groups = groups(root);
        List<Scenario.DeviceGroup> deviceGroups = deviceGroups(root);
        JsonNode worker = worker(root);
        JsonNode faults = faults(root);
        boolean twins = flag(root, "twins");
        if (!mistakes.isEmpty()) {
            throw new ScenarioException(source, mistakes);
        }
        return new Scenario(
                name,
                devices,
                seed,
                compression,
                pattern,
                interval,
                rate,
                groups,
                deviceGroups,
                worker,
                faults,
                twins,
                shape);
    }

    private LoadShape shape(YamlTree.Mapping root) {
        return new LoadShape(ramp(root), least(root, "jitter"), range(root, "think"), least(root, "telemetryJitter"));
    }

    /** A time that may be left out, which then is none. */
    private Duration least(YamlTree.Mapping root, String key) {
        return root.entries().containsKey(key)
                ? duration(root, key, Duration.ZERO, Duration.ofHours(1))
                : Duration.ZERO;
    }

    private List<LoadStage> ramp(YamlTree.Mapping root) {
        List<LoadStage> stages = new ArrayList<>();
        YamlTree value = root.entries().get("ramp");
        if (value == null) {
            return stages;
        }
        if (!(value instanceof YamlTree.Sequence list) || list.items().isEmpty()) {
            mistake(value, "'ramp' must list stages such as " + LoadGrammar.FORM);
            return stages;
        }
        for (YamlTree item : list.items()) {
            try {
                stages.addAll(LoadGrammar.stages(stageText(item)));
            } catch (IllegalArgumentException wrong) {
                mistake(item, wrong.getMessage());
            }
        }
        return stages;
    }

    /** A stage with a blank after its colon is a mapping to YAML, one without is a text; both are meant alike. */
    private static String stageText(YamlTree item) {
        if (item instanceof YamlTree.Scalar scalar) {
            return scalar.text();
        }
        if (item instanceof YamlTree.Mapping stage && stage.entries().size() == 1) {
            Map.Entry<String, YamlTree> only =
                    stage.entries().entrySet().iterator().next();
            return only.getKey() + ":" + (only.getValue() instanceof YamlTree.Scalar text ? text.text() : "");
        }
        return "";
    }

    private void checkRamp(YamlTree.Mapping root, List<LoadStage> stages, int rate) {
        if (!stages.isEmpty()) {
            try {
                LoadProfile.of(stages, rate);
            } catch (IllegalArgumentException endless) {
                mistake(
                        root.entries().get("ramp"),
                        endless.getMessage() + ", or give a connectRate after storms alone");
            }
        }
    }

    private List<Scenario.DeviceGroup> deviceGroups(YamlTree.Mapping root) {
        List<Scenario.DeviceGroup> groups = new ArrayList<>();
        YamlTree value = root.entries().get("deviceGroups");
        if (value instanceof YamlTree.Sequence list) {
            for (YamlTree item : list.items()) {
                if (item instanceof YamlTree.Mapping group) {
                    refuseUnknown(group, Set.of("id", "filter"), "device group ");
                    groups.add(new Scenario.DeviceGroup(
                            text(group, "id").orElse(""), text(group, "filter").orElse("")));
                } else {
                    mistake(item, "a device group needs the keys id and filter");
                }
            }
        } else if (value != null) {
            mistake(value, "'deviceGroups' must be a list");
        }
        return groups;
    }

    private boolean flag(YamlTree.Mapping root, String key) {
        if (!root.entries().containsKey(key)) {
            return false;
        }
        String value = text(root, key).orElse("false");
        if (!Set.of("true", "false").contains(value)) {
            mistake(root.entries().get(key), "'" + key + "' is '" + value + "'; give true or false");
        }
        return value.equals("true");
    }

    private JsonNode worker(YamlTree.Mapping root) {
        YamlTree value = root.entries().get("worker");
        if (value != null && !(value instanceof YamlTree.Mapping)) {
            mistake(value, "'worker' must hold sections of the worker's configuration");
        }
        return value instanceof YamlTree.Mapping ? value.toJson() : JsonNodeFactory.instance.objectNode();
    }

    /** Only the form is checked: what a fault may say is known to the emulated cloud. */
    private JsonNode faults(YamlTree.Mapping root) {
        YamlTree value = root.entries().get("faults");
        if (value == null) {
            return JsonNodeFactory.instance.arrayNode();
        }
        if (!(value instanceof YamlTree.Sequence list)) {
            mistake(value, "'faults' must be a list");
            return JsonNodeFactory.instance.arrayNode();
        }
        for (YamlTree item : list.items()) {
            if (!(item instanceof YamlTree.Mapping fault) || !fault.entries().containsKey("fault")) {
                mistake(item, "a fault needs the key fault, beside it those of docs/faults.md");
            }
        }
        return value.toJson();
    }

    private List<Scenario.Group> groups(YamlTree.Mapping root) {
        List<Scenario.Group> groups = new ArrayList<>();
        YamlTree value = root.entries().get("groups");
        if (!(value instanceof YamlTree.Sequence list) || list.items().isEmpty()) {
            mistake(value == null ? root : value, "'groups' must list at least one group");
            return groups;
        }
        for (YamlTree item : list.items()) {
            if (item instanceof YamlTree.Mapping group) {
                groups.add(group(group));
            } else {
                mistake(item, "a group needs the keys name, weight and behaviour");
            }
        }
        return groups;
    }

    private Scenario.Group group(YamlTree.Mapping group) {
        refuseUnknown(group, GROUP_KEYS, "group ");
        Behaviour behaviour = behaviour(group);
        CredentialKind credential =
                choice(group, "credential", CredentialKind.values(), CredentialKind::text, CredentialKind.GROUP_KEY);
        Defect defect = choice(group, "defect", Defect.values(), Defect::text, Defect.NOTHING);
        if (defect.neverConnects() && behaviour.type() != BehaviourType.OFFLINE) {
            mistake(group, "a device that is " + defect.text() + " connects nowhere; give it { type: offline }");
        }
        if (defect == Defect.AUTHORITY_WITHHELD && credential != CredentialKind.GROUP_CERTIFICATE) {
            mistake(group, "only a group-certificate has an authority to withhold");
        }
        if (defect == Defect.CERTIFICATE_WITHHELD && credential != CredentialKind.DEVICE_CERTIFICATE) {
            mistake(group, "only a device-certificate can be withheld");
        }
        Engine engine = choice(group, "engine", Engine.values(), Engine::text, Engine.LEAN);
        if (credential == CredentialKind.TPM && engine != Engine.LEAN) {
            mistake(group, "a tpm is for devices of the engine lean only");
        }
        if (behaviour.type() == BehaviourType.MOVES_AND_STAYS && engine != Engine.LEAN) {
            mistake(group, "moves-and-stays is for devices of the engine lean only");
        }
        return new Scenario.Group(
                text(group, "name").orElse(""),
                (int) number(group, "weight", 1, 1_000_000),
                behaviour,
                engine,
                credential,
                enrollmentGroup(group, credential, defect),
                choice(group, "template", TemplateKind.values(), TemplateKind::text, TemplateKind.COMPONENT),
                defect);
    }

    private String enrollmentGroup(YamlTree.Mapping group, CredentialKind credential, Defect defect) {
        String named = group.entries().containsKey("enrollmentGroup")
                ? text(group, "enrollmentGroup").orElse(null)
                : null;
        boolean needed = credential == CredentialKind.GROUP_CERTIFICATE || defect == Defect.ENROLLMENT_DISABLED;
        if (named != null && credential.isIndividual()) {
            mistake(group, "a " + credential.text() + " has an enrollment of its own and no enrollmentGroup");
        } else if (named == null && needed) {
            mistake(group, "name the enrollmentGroup of its devices, beside the source's own");
        } else if (named != null && !ENROLLMENT_GROUP.matcher(named).matches()) {
            mistake(group, "'enrollmentGroup' is '" + named + "'; give letters, digits and -");
        }
        return named;
    }

    private <T> T choice(YamlTree.Mapping group, String key, T[] values, Function<T, String> text, T usual) {
        if (!group.entries().containsKey(key)) {
            return usual;
        }
        Optional<String> named = text(group, key);
        Optional<T> chosen = named.flatMap(name -> Arrays.stream(values)
                .filter(value -> text.apply(value).equals(name))
                .findFirst());
        if (chosen.isEmpty()) {
            named.ifPresent(unknown -> mistake(
                    group.entries().get(key),
                    "unknown " + key + " '" + unknown + "'; use one of "
                            + Arrays.stream(values).map(text).toList()));
        }
        return chosen.orElse(usual);
    }

    private Behaviour behaviour(YamlTree.Mapping group) {
        YamlTree value = group.entries().get("behaviour");
        if (!(value instanceof YamlTree.Mapping behaviour)) {
            mistake(value == null ? group : value, "'behaviour' must be given as { type: … }");
            return Behaviour.OBEDIENT;
        }
        Optional<String> text = text(behaviour, "type");
        Optional<BehaviourType> type = text.flatMap(BehaviourType::named);
        if (type.isEmpty()) {
            text.ifPresent(unknown -> {
                List<String> known = new ArrayList<>();
                for (BehaviourType each : BehaviourType.values()) {
                    known.add(each.text());
                }
                mistake(behaviour, "unknown behaviour type '" + unknown + "'; use one of " + known);
            });
            return Behaviour.OBEDIENT;
        }
        Set<String> allowed = new TreeSet<>(type.get().keys());
        allowed.add("type");
        refuseUnknown(behaviour, allowed, type.get().text() + " ");
        Duration after = type.get() == BehaviourType.OFFLINE_UNTIL
                ? duration(behaviour, "after", Duration.ZERO, Duration.ofDays(1))
                : Duration.ZERO;
        int status = type.get() == BehaviourType.REFUSES ? (int) number(behaviour, "status", 201, 599) : 200;
        return new Behaviour(type.get(), range(behaviour, "answerDelay"), range(behaviour, "moveDelay"), after, status);
    }

    private void checkPattern(YamlTree.Mapping root, String pattern) {
        YamlTree place = root.entries().getOrDefault("deviceId", root);
        try {
            String first = String.format(Locale.ROOT, pattern, 1);
            if (first.equals(String.format(Locale.ROOT, pattern, 2))) {
                mistake(place, "'deviceId' gives every device the same id; put %d or %06d where the number goes");
            }
            if (!DEVICE_ID.matcher(first).matches()) {
                mistake(
                        place,
                        "'deviceId' makes '" + first + "', which is no registration id; use up to 128 letters, digits"
                                + " and - . _ : with a letter, a digit or - at the end");
            }
        } catch (IllegalFormatException wrong) {
            mistake(place, "'deviceId' is no pattern: '" + pattern + "'; put %d or %06d where the number goes");
        }
    }

    private Optional<String> text(YamlTree.Mapping mapping, String key) {
        YamlTree value = mapping.entries().get(key);
        if (value instanceof YamlTree.Scalar scalar && !scalar.text().isBlank()) {
            return Optional.of(scalar.text());
        }
        mistake(value == null ? mapping : value, "'" + key + "' is missing; give it a value");
        return Optional.empty();
    }

    private long number(YamlTree.Mapping mapping, String key, long minimum, long maximum) {
        Optional<String> text = text(mapping, key);
        if (text.isEmpty()) {
            return minimum;
        }
        try {
            long number = Long.parseLong(text.get().replace("_", ""));
            if (number >= minimum && number <= maximum) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Reported below, with the range.
        }
        mistake(
                mapping.entries().get(key),
                "'" + key + "' is '" + text.get() + "'; give a whole number from " + minimum + " to " + maximum);
        return minimum;
    }

    private Duration duration(YamlTree.Mapping mapping, String key, Duration minimum, Duration maximum) {
        Optional<String> text = text(mapping, key);
        if (text.isEmpty()) {
            return minimum;
        }
        Optional<Duration> duration = LoadGrammar.duration(text.get());
        if (duration.isEmpty()
                || duration.get().compareTo(minimum) < 0
                || duration.get().compareTo(maximum) > 0) {
            mistake(
                    mapping.entries().get(key),
                    "'" + key + "' is '" + text.get() + "'; give a time such as 500ms, 30s or 5m, from "
                            + minimum.toMillis() + "ms to " + maximum.toSeconds() + "s");
            return minimum;
        }
        return duration.get();
    }

    private DelayRange range(YamlTree.Mapping mapping, String key) {
        if (!mapping.entries().containsKey(key)) {
            return DelayRange.NONE;
        }
        String text = text(mapping, key).orElse("0ms");
        int dots = text.indexOf("..");
        Optional<Duration> from =
                LoadGrammar.duration(dots < 0 ? text : text.substring(0, dots).strip());
        Optional<Duration> to =
                LoadGrammar.duration(dots < 0 ? text : text.substring(dots + 2).strip());
        if (from.isPresent() && to.isPresent() && from.get().compareTo(to.get()) <= 0) {
            return new DelayRange(from.get().toMillis(), to.get().toMillis());
        }
        mistake(mapping.entries().get(key), "'" + key + "' is '" + text + "'; give 50ms or a range 0ms..50ms");
        return DelayRange.NONE;
    }

    private void refuseUnknown(YamlTree.Mapping mapping, Set<String> known, String what) {
        mapping.entries().forEach((key, value) -> {
            if (!known.contains(key)) {
                mistake(value, "unknown " + what + "key '" + key + "'; known are " + new TreeSet<>(known));
            }
        });
    }

    private void mistake(YamlTree place, String what) {
        mistakes.add("line " + place.line() + ": " + what);
    }
}
