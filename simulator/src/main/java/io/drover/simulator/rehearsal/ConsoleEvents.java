package io.drover.simulator.rehearsal;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * One person's event stream of a migration. Only the number of migrated devices is looked for in it, so that people cost the machine that they
 * share with the worker little. Confined to one event loop.
 */
final class ConsoleEvents implements Handler<Buffer> {
    private static final String ABOUT_MIGRATION = "event: migration\n";
    private static final String COUNTS = "\"counts\":{";
    private static final String MIGRATED = "\"MIGRATED\":";

    private final RecordParser parser;

    /** {@code changed} hears the number with each event about the migration. */
    ConsoleEvents(LongConsumer changed) {
        this.parser = RecordParser.newDelimited("\n\n", event -> {
            String text = event.toString(StandardCharsets.ISO_8859_1);
            if (text.startsWith(ABOUT_MIGRATION)) {
                migrated(text).ifPresent(changed);
            }
        });
    }

    @Override
    public void handle(Buffer part) {
        parser.handle(part);
    }

    /** Of a migration as the API shows it. */
    static OptionalLong migrated(Buffer body) {
        return migrated(body.toString(StandardCharsets.ISO_8859_1));
    }

    private static OptionalLong migrated(String text) {
        int counts = text.indexOf(COUNTS);
        int begin = counts < 0 ? -1 : text.indexOf(MIGRATED, counts);
        if (begin < 0) {
            return OptionalLong.empty();
        }
        long number = 0;
        for (int i = begin + MIGRATED.length(); i < text.length() && Character.isDigit(text.charAt(i)); i++) {
            number = number * 10 + Character.digit(text.charAt(i), 10);
        }
        return OptionalLong.of(number);
    }
}
