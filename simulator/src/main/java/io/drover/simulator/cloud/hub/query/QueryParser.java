package io.drover.simulator.cloud.hub.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code SELECT [TOP n] *|column [AS name],… FROM devices|devices.modules|devices.jobs [WHERE condition] [GROUP BY path,…]},
 * after "IoT Hub query language". {@code JOIN} and nested selects are refused.
 */
final class QueryParser {
    private static final int MAX_LENGTH = 8 * 1024;

    private final QueryTokens tokens;
    private final ConditionParser expressions;

    QueryParser(String query) {
        if (query.length() > MAX_LENGTH) {
            throw new QueryTooLongException();
        }
        this.tokens = new QueryTokens(query);
        this.expressions = new ConditionParser(tokens);
    }

    Query query() {
        tokens.expect("SELECT");
        long top = tokens.take("TOP") ? number() : Long.MAX_VALUE;
        List<Query.Column> columns = columns();
        tokens.expect("FROM");
        Query.Source source = source();
        Expression condition = tokens.take("WHERE") ? expressions.or() : Expression.constant(true);
        List<Expression> groups = groups();
        if (!tokens.atEnd()) {
            throw tokens.fault("unexpected '" + tokens.peek() + "'");
        }
        checkGrouping(columns, groups);
        return new Query(source, top, columns, condition, groups);
    }

    private long number() {
        String text = tokens.takeAny();
        if (!text.matches("\\d{1,9}")) {
            throw tokens.fault("TOP takes a number");
        }
        return Long.parseLong(text);
    }

    private List<Query.Column> columns() {
        List<Query.Column> columns = new ArrayList<>();
        if (tokens.take("*")) {
            return columns;
        }
        do {
            columns.add(column());
        } while (tokens.take(","));
        return columns;
    }

    private Query.Column column() {
        Optional<Aggregate> aggregate =
                tokens.peekSecond().equals("(") ? Aggregate.named(tokens.peek()) : Optional.empty();
        if (aggregate.isPresent()) {
            String name = tokens.takeAny();
            tokens.expect("(");
            boolean all = tokens.take("*") || tokens.peek().equals(")");
            Expression value = all ? Expression.constant(true) : expressions.sum();
            tokens.expect(")");
            return new Query.Column(alias(name), value, aggregate.get());
        }
        if (tokens.peekSecond().equals("(") || !startsPath()) {
            Expression value = expressions.sum();
            return new Query.Column(alias("value"), value, null);
        }
        List<String> path = expressions.path();
        return new Query.Column(alias(path.get(path.size() - 1)), Expression.path(path), null);
    }

    private boolean startsPath() {
        String text = tokens.peek();
        return text.startsWith("[[") || (!text.isEmpty() && Character.isJavaIdentifierStart(text.charAt(0)));
    }

    private String alias(String otherwise) {
        return tokens.take("AS") ? tokens.takeAny() : otherwise;
    }

    private Query.Source source() {
        tokens.expect("devices");
        if (!tokens.take(".")) {
            return Query.Source.DEVICES;
        }
        if (tokens.take("modules")) {
            return Query.Source.MODULES;
        }
        tokens.expect("jobs");
        return Query.Source.JOBS;
    }

    private List<Expression> groups() {
        List<Expression> groups = new ArrayList<>();
        if (!tokens.take("GROUP")) {
            return groups;
        }
        tokens.expect("BY");
        do {
            List<String> path = expressions.path();
            groups.add(Expression.path(path));
        } while (tokens.take(","));
        return groups;
    }

    private void checkGrouping(List<Query.Column> columns, List<Expression> groups) {
        boolean totals = columns.stream().anyMatch(column -> column.aggregate() != null);
        if (!groups.isEmpty() && columns.isEmpty()) {
            throw tokens.fault("SELECT * cannot be grouped");
        }
        boolean loose = groups.isEmpty() && columns.stream().anyMatch(column -> column.aggregate() == null);
        if (totals && loose) {
            throw tokens.fault("a column beside an aggregate must be in GROUP BY");
        }
    }
}
