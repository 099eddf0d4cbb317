package io.drover.worker.auth;

import java.util.regex.Pattern;

/** Where a browser goes after it has signed in: a path of this server, never another place. */
final class ReturnPath {
    static final String HOME = "/";
    private static final int LONGEST = 512;
    /** Browsers take a second slash or a backslash for the beginning of a host name, and drop tabs and line ends. */
    private static final Pattern LOCAL = Pattern.compile("/(?![/\\\\])[\\x21-\\x7e&&[^\\\\]]*");

    private ReturnPath() {}

    /** The text when it is a local path, else the home page. */
    static String of(String text) {
        return text != null
                        && text.length() <= LONGEST
                        && LOCAL.matcher(text).matches()
                        && !text.startsWith(SignInRoutes.PREFIX)
                ? text
                : HOME;
    }
}
