package io.drover.simulator.cloud;

import java.util.List;
import java.util.Random;

/** Makes texts that are almost what a parser expects: seeds, cut, doubled, nested, and with the characters that matter put anywhere. */
final class TextMutator {
    private static final String[] PIECES = {
        "'",
        "\"",
        "\\",
        "/",
        "#",
        "+",
        "*",
        "?",
        "&",
        "=",
        "%",
        "%2F",
        "%00",
        "%zz",
        "$",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ":",
        ".",
        "\0",
        "\n",
        "\u00e4",
        "\ud83d",
        "\ud83d\ude9a",
        " ",
        "-1",
        "0",
        "9223372036854775808",
        "1e999",
        "NaN",
        "null",
        "true",
        "AND",
        "NOT",
        "IN",
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP BY",
        "is_defined(",
        "sr=",
        "se=",
        "sig=",
        "skn=",
        "$rid=",
        "devices/",
        "../",
        "$iothub/",
        "$dps/"
    };
    private static final int DEEP = 5_000;
    private static final int LONGEST = 60_000;

    private final Random random;

    TextMutator(long seed) {
        this.random = new Random(seed);
    }

    /** One of the seeds, changed in one to six places. */
    String of(List<String> seeds) {
        StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
        for (int change = random.nextInt(6); change >= 0; change--) {
            mutate(text, seeds);
        }
        text.setLength(Math.min(text.length(), LONGEST));
        return text.toString();
    }

    private void mutate(StringBuilder text, List<String> seeds) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + random.nextInt(12));
        switch (random.nextInt(8)) {
            case 0 -> text.delete(at, to);
            case 1 -> text.insert(at, text.substring(at, to));
            case 2 -> text.insert(at, (char) random.nextInt(0x100));
            case 3 -> text.replace(at, to, PIECES[random.nextInt(PIECES.length)]);
            case 4 -> {
                String other = seeds.get(random.nextInt(seeds.size()));
                text.insert(at, other, 0, random.nextInt(other.length() + 1));
            }
            case 5 -> {
                if (random.nextInt(20) == 0) {
                    text.insert(at, PIECES[random.nextInt(PIECES.length)].repeat(random.nextInt(DEEP)));
                }
            }
            default -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        }
    }
}
