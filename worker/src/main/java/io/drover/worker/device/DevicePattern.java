package io.drover.worker.device;

/** A text in which each {@code *} stands for any characters, none among them. */
public final class DevicePattern {
    private DevicePattern() {}

    /** True when the whole text fits the pattern; a null pattern fits all, and a null text only that. */
    public static boolean fits(String pattern, String text) {
        if (pattern == null || text == null) {
            return pattern == null;
        }
        String[] parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return text.equals(pattern);
        }
        int at = parts[0].length();
        int end = text.length() - parts[parts.length - 1].length();
        if (!text.startsWith(parts[0]) || !text.endsWith(parts[parts.length - 1]) || end < at) {
            return false;
        }
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            at = found + parts[i].length();
        }
        return true;
    }
}
