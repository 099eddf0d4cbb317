package io.drover.worker;

import io.drover.worker.ConfigException.Problem;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.Owned;
import io.drover.worker.WorkerConfig.Source;
import io.drover.worker.WorkerConfig.Target;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.owned.OwnedMapping.Rule;
import io.drover.worker.owned.OwnedMapping.Side;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads {@code migration.owned} and the mapping file that it names (docs/mapping.md). */
final class OwnedLoader {
    private static final String REMEDY = "Write the path of a YAML file with rename: and drop:.";

    private final Path config;
    private final List<Problem> problems;

    OwnedLoader(Path config, List<Problem> problems) {
        this.config = config;
        this.problems = problems;
    }

    Owned read(ConfigSection section, Source source, Target target) {
        Side from = source instanceof HubDevices ? Side.HUB : Side.APPLICATION;
        Side to = target instanceof TargetApplication ? Side.APPLICATION : Side.HUB;
        Owned read = new Owned(
                section.choice("carry", Owned.Carry.class, Owned.Carry.ALL),
                section.choice("existing", Owned.Existing.class, Owned.Existing.KEEP),
                new OwnedMapping(from, to, rules(section, from, to)));
        section.end();
        return read;
    }

    private List<Rule> rules(ConfigSection section, Side from, Side to) {
        String text = section.text("mapping", null);
        if (text == null) {
            return List.of();
        }
        Path file = config.toAbsolutePath().resolveSibling(text);
        try {
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(Files.readString(file)));
            List<Problem> own = new ArrayList<>();
            List<Rule> rules = rules(new ConfigSection("", root, own), own, from, to);
            own.forEach(one -> problems.add(new Problem(
                    (file.getFileName() + " " + one.where()).strip(), one.key(), one.what(), one.remedy())));
            return rules;
        } catch (IOException unreadable) {
            section.problem("mapping", "there is no readable file " + file + ".", REMEDY);
        } catch (MarkedYAMLException mistake) {
            String line = mistake.getProblemMark() == null
                    ? ""
                    : " line " + (mistake.getProblemMark().getLine() + 1);
            section.problem("mapping", file.getFileName() + line + ": " + mistake.getProblem() + ".", REMEDY);
        }
        return List.of();
    }

    private static List<Rule> rules(ConfigSection root, List<Problem> problems, Side from, Side to) {
        List<Rule> rules = new ArrayList<>();
        ConfigSection rename = root.section("rename");
        for (String path : rename.keys()) {
            String place = rename.text(path, "");
            if (!from.has(path)) {
                rename.problem(path, "is no path of the source.", "Write one of " + from.paths() + ".");
            } else if (!to.has(place) || place.equals("template")) {
                rename.problem(
                        path, "goes to '" + place + "', no path of the target.", "Write one of " + to.paths() + ".");
            } else {
                overlapping(rules, place)
                        .ifPresent(other -> rename.problem(
                                path,
                                "goes to " + place + ", where " + other + " goes.",
                                "Give each a place of its own."));
                rules.add(new Rule(path, place));
            }
        }
        for (String path : root.texts("drop")) {
            if (!from.has(path)) {
                root.problem("drop", "'" + path + "' is no path of the source.", "Write one of " + from.paths() + ".");
            } else if (rules.stream().anyMatch(rule -> rule.from().equals(path))) {
                root.problem("drop", "'" + path + "' is named already.", "Drop a path or rename it.");
            } else {
                rules.add(new Rule(path, null));
            }
        }
        root.end();
        return problems.isEmpty() ? rules : List.of();
    }

    private static Optional<String> overlapping(List<Rule> rules, String place) {
        return rules.stream()
                .filter(rule -> (rule.to() + ".").startsWith(place + ".") || (place + ".").startsWith(rule.to() + "."))
                .map(Rule::from)
                .findFirst();
    }
}
