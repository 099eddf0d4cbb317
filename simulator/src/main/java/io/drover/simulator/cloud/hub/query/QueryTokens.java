package io.drover.simulator.cloud.hub.query;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a query with their places, read one after the other. Keywords ignore case. */
final class QueryTokens {
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:('(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\")"
            + "|(\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)|(\\[\\[[^\\]]+\\]\\])|([A-Za-z_$][\\w$\\-]*)"
            + "|(<=|>=|!=|<>|[=<>().,*\\[\\]+\\-/%]))");

    private record Token(String text, int at) {}

    private final List<Token> tokens = new ArrayList<>();
    private final String query;
    private int next;

    QueryTokens(String query) {
        this.query = query;
        Matcher matcher = TOKEN.matcher(query);
        int end = query.stripTrailing().length();
        int at = 0;
        while (at < end) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw fault("unexpected character", at);
            }
            String text = matcher.group().strip();
            tokens.add(new Token(text, matcher.end() - text.length()));
            at = matcher.end();
        }
    }

    boolean atEnd() {
        return next >= tokens.size();
    }

    /** The next word without taking it; empty at the end. */
    String peek() {
        return atEnd() ? "" : tokens.get(next).text();
    }

    /** The word after the next; empty when there is none. */
    String peekSecond() {
        return next + 1 >= tokens.size() ? "" : tokens.get(next + 1).text();
    }

    /** Takes the word if it is next. */
    boolean take(String word) {
        boolean found = peek().equalsIgnoreCase(word);
        next += found ? 1 : 0;
        return found;
    }

    String takeAny() {
        if (atEnd()) {
            throw fault("the query ends too early");
        }
        return tokens.get(next++).text();
    }

    void expect(String word) {
        if (!take(word)) {
            throw fault("expected " + word);
        }
    }

    QuerySyntaxException fault(String what) {
        return fault(what, atEnd() ? query.length() : tokens.get(next).at());
    }

    private static QuerySyntaxException fault(String what, int at) {
        return new QuerySyntaxException("Query syntax: " + what + " at position " + at + ".");
    }
}
