package io.drover.worker;

import io.drover.worker.ConfigException.Problem;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One {@code --set key.path=value}, put into the YAML tree before it is read, so that it is checked as strictly as the
 * file. A value that begins with a bracket, a brace or a quote is YAML; any other is a text. Immutable.
 */
final class ConfigSetting {
    /** A setting that cannot be put in. */
    static final class MistakeException extends Exception {
        private final transient Problem problem;

        MistakeException(Problem problem) {
            super(problem.toString());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private static final String OPTION = "--set ";
    private static final String REMEDY = "Write --set key.path=value, with [0], [1] ... for entries of a list, such as"
            + " migration.rollout.waves[0].devices=10.";
    private static final Pattern KEY = Pattern.compile("([A-Za-z][\\w-]*)((?:\\[\\d{1,4}])*)");
    private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]");

    /** A key of a mapping, or the index of a list's entry when {@code key} is null. */
    private record Step(String key, int index) {}

    private final String path;
    private final List<Step> steps;
    private final Node value;
    private final Mark mark;

    private ConfigSetting(String path, List<Step> steps, Node value, Mark mark) {
        this.path = path;
        this.steps = steps;
        this.value = value;
        this.mark = mark;
    }

    /** Never repeats the value in what it throws: it may be a secret that does not belong there. */
    static ConfigSetting parse(String text) throws MistakeException {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new MistakeException(new Problem("--set", "a setting", "has no '='.", REMEDY));
        }
        String path = text.substring(0, equals).strip();
        Mark mark = new Mark(OPTION + path, 0, 0, 0, new int[0], 0);
        List<Step> steps = new ArrayList<>();
        for (String part : path.split("\\.", -1)) {
            Matcher matcher = KEY.matcher(part);
            if (!matcher.matches()) {
                throw new MistakeException(new Problem(OPTION + path, "'" + part + "'", "is not a key.", REMEDY));
            }
            steps.add(new Step(matcher.group(1), 0));
            Matcher index = INDEX.matcher(matcher.group(2));
            while (index.find()) {
                steps.add(new Step(null, Integer.parseInt(index.group(1))));
            }
        }
        return new ConfigSetting(path, steps, value(path, text.substring(equals + 1), mark), mark);
    }

    private static Node value(String path, String text, Mark mark) throws MistakeException {
        if (!text.matches("(?s)\\s*[\\[{\"'].*")) {
            return new ScalarNode(Tag.STR, text, mark, mark, ScalarStyle.PLAIN);
        }
        try {
            return marked(new Yaml(new LoaderOptions()).compose(new StringReader(text)), mark);
        } catch (YAMLException broken) {
            throw new MistakeException(new Problem(
                    OPTION + path,
                    "its value",
                    "is not YAML.",
                    "Check brackets, braces and quotes; quote it for the shell."));
        }
    }

    private static Node marked(Node node, Mark mark) {
        if (node instanceof MappingNode mapping) {
            List<NodeTuple> entries = new ArrayList<>();
            mapping.getValue()
                    .forEach(entry -> entries.add(
                            new NodeTuple(marked(entry.getKeyNode(), mark), marked(entry.getValueNode(), mark))));
            return new MappingNode(Tag.MAP, true, entries, mark, mark, FlowStyle.FLOW);
        }
        if (node instanceof SequenceNode sequence) {
            List<Node> items = new ArrayList<>();
            sequence.getValue().forEach(item -> items.add(marked(item, mark)));
            return new SequenceNode(Tag.SEQ, true, items, mark, mark, FlowStyle.FLOW);
        }
        ScalarNode scalar = (ScalarNode) node;
        return new ScalarNode(scalar.getTag(), scalar.getValue(), mark, mark, scalar.getScalarStyle());
    }

    /** True when a node with this mark came from a setting; the mark's name is the option then. */
    static boolean isOption(Mark mark) {
        return mark.getName().startsWith(OPTION);
    }

    /** A tree with this setting in it; the given one, which may be null, stays as it is. */
    Node in(Node root) throws MistakeException {
        return put(root, 0);
    }

    private Node put(Node node, int depth) throws MistakeException {
        if (depth == steps.size()) {
            return value;
        }
        Step step = steps.get(depth);
        return step.key() == null ? inSequence(node, step.index(), depth) : inMapping(node, step.key(), depth);
    }

    private Node inMapping(Node node, String key, int depth) throws MistakeException {
        if (!isAbsent(node) && !(node instanceof MappingNode)) {
            throw mistake(depth, "does not hold keys and values", "");
        }
        List<NodeTuple> entries = new ArrayList<>(node instanceof MappingNode mapping ? mapping.getValue() : List.of());
        int at = indexOf(entries, key);
        Node before = at < 0 ? null : entries.get(at).getValueNode();
        // Its own place, should the key be unknown; a section that the file has already keeps its line.
        boolean replaced = depth + 1 == steps.size() || at < 0;
        Node name = replaced
                ? new ScalarNode(Tag.STR, key, mark, mark, ScalarStyle.PLAIN)
                : entries.get(at).getKeyNode();
        NodeTuple entry = new NodeTuple(name, put(before, depth + 1));
        if (at < 0) {
            entries.add(entry);
        } else {
            entries.set(at, entry);
        }
        Mark start = isAbsent(node) ? mark : node.getStartMark();
        return new MappingNode(Tag.MAP, true, entries, start, start, FlowStyle.BLOCK);
    }

    private static int indexOf(List<NodeTuple> entries, String key) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).getKeyNode() instanceof ScalarNode name
                    && name.getValue().equals(key)) {
                return i;
            }
        }
        return -1;
    }

    private Node inSequence(Node node, int index, int depth) throws MistakeException {
        if (!isAbsent(node) && !(node instanceof SequenceNode)) {
            throw mistake(depth, "is not a list", "");
        }
        List<Node> items = new ArrayList<>(node instanceof SequenceNode sequence ? sequence.getValue() : List.of());
        if (index > items.size()) {
            throw mistake(depth, "has " + items.size() + " entries", " [" + items.size() + "] adds the next one.");
        }
        Node item = put(index < items.size() ? items.get(index) : null, depth + 1);
        if (index < items.size()) {
            items.set(index, item);
        } else {
            items.add(item);
        }
        Mark start = isAbsent(node) ? mark : node.getStartMark();
        return new SequenceNode(Tag.SEQ, true, items, start, start, FlowStyle.BLOCK);
    }

    /** Also when its key is there with nothing behind it. */
    private static boolean isAbsent(Node node) {
        return node == null
                || (node instanceof ScalarNode scalar && scalar.getValue().isEmpty());
    }

    private MistakeException mistake(int depth, String what, String hint) {
        StringBuilder key = new StringBuilder();
        for (Step step : steps.subList(0, depth)) {
            key.append(step.key() == null ? "[" + step.index() + "]" : (key.isEmpty() ? "" : ".") + step.key());
        }
        return new MistakeException(
                new Problem(OPTION + path, key.isEmpty() ? "the file" : key.toString(), what + ".", REMEDY + hint));
    }
}
