package io.drover.worker.report;

import java.io.PrintWriter;

/**
 * Writes HTML in ASCII, whatever the writer's character set is. Literal text goes through {@link #raw}, all else through
 * {@link #text}, which escapes for content and for quoted attributes alike.
 */
final class Html {
    private final PrintWriter out;

    Html(PrintWriter out) {
        this.out = out;
    }

    /** Markup of the program's own. */
    Html raw(String markup) {
        out.print(markup);
        return this;
    }

    /** Text that came from anywhere; null writes nothing. */
    Html text(String text) {
        if (text != null) {
            out.print(escape(text));
        }
        return this;
    }

    /** One element with text in it. */
    Html element(String name, String text) {
        return raw("<" + name + ">").text(text).raw("</" + name + ">");
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> {
                    boolean surrogate = c >= 0xd800 && c <= 0xdfff;
                    if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || surrogate) {
                        escaped.append("&#xfffd;");
                    } else if (c < 0x7f) {
                        escaped.append((char) c);
                    } else {
                        escaped.append("&#").append(c).append(';');
                    }
                }
            }
        });
        return escaped.toString();
    }
}
