package io.drover.worker;

import java.util.List;
import java.util.stream.Collectors;

/** Everything wrong with a configuration file, at once. */
public final class ConfigException extends RuntimeException {
    /**
     * One mistake.
     *
     * @param where a line of the file or an option; empty when the mistake is the absence of something
     */
    public record Problem(String where, String key, String what, String remedy) {
        @Override
        public String toString() {
            return (where.isEmpty() ? "" : where + ", ") + key + ": " + what + " " + remedy;
        }
    }

    private final transient List<Problem> problems;

    public ConfigException(String file, List<Problem> problems) {
        super(file + " has " + problems.size() + (problems.size() == 1 ? " mistake:" : " mistakes:")
                + problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
