package io.drover.simulator.cloud.central;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts a device group filter into tokens and walks over them. Confined to one parse. */
final class FilterTokens {
    enum Kind {
        WORD,
        PROPERTY,
        STRING,
        SYMBOL,
        END
    }

    record Token(Kind kind, String text, int position) {
        boolean is(String wanted) {
            return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(wanted);
        }

        String shown() {
            return kind == Kind.END ? "the end" : "'" + text + "'";
        }
    }

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int next;

    FilterTokens(String source) {
        this.source = source;
        cut();
    }

    Token peek() {
        return tokens.get(next);
    }

    Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    boolean takeIf(String wanted) {
        if (peek().is(wanted)) {
            next++;
            return true;
        }
        return false;
    }

    void expect(String wanted) {
        if (!takeIf(wanted)) {
            throw unexpected(wanted, peek());
        }
    }

    static FilterSyntaxException unexpected(String expected, Token found) {
        return new FilterSyntaxException(expected, found.shown(), found.position());
    }

    private void cut() {
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '"' || c == '\'') {
                at = string(at, c);
            } else if (c == '$' || isWordPart(c) || startsNegative(at)) {
                at = word(at);
            } else {
                at = symbol(at);
            }
        }
        tokens.add(new Token(Kind.END, "", source.length()));
    }

    private int word(int start) {
        int end = start + 1;
        while (end < source.length() && isWordPart(source.charAt(end))) {
            end++;
        }
        String text = source.substring(start, end);
        boolean property = text.startsWith("$");
        tokens.add(new Token(
                property ? Kind.PROPERTY : Kind.WORD, property ? text.toLowerCase(Locale.ROOT) : text, start));
        return end;
    }

    private int string(int start, char quote) {
        StringBuilder text = new StringBuilder();
        for (int at = start + 1; at < source.length(); at++) {
            char c = source.charAt(at);
            if (c == quote) {
                tokens.add(new Token(Kind.STRING, text.toString(), start));
                return at + 1;
            }
            if (c == '\\' && at + 1 < source.length()) {
                at++;
                c = source.charAt(at);
            }
            text.append(c);
        }
        throw new FilterSyntaxException("a closing " + quote, "the end", source.length());
    }

    private int symbol(int start) {
        for (String symbol : List.of("!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", "*")) {
            if (source.startsWith(symbol, start)) {
                tokens.add(new Token(Kind.SYMBOL, symbol, start));
                return start + symbol.length();
            }
        }
        throw new FilterSyntaxException(
                "a property, a value, an operator or a bracket", "'" + source.charAt(start) + "'", start);
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }

    private boolean startsNegative(int at) {
        return source.charAt(at) == '-' && at + 1 < source.length() && Character.isDigit(source.charAt(at + 1));
    }
}
