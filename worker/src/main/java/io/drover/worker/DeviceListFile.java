package io.drover.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** A CSV file whose first column is the device id; its first line may be a header, as a plan's is. */
public final class DeviceListFile {
    private static final Set<String> HEADERS = Set.of("device_id", "device", "id");

    private DeviceListFile() {}

    /** Blocks on the file system. */
    public static Set<String> read(Path file) throws IOException {
        Set<String> ids = new HashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            boolean first = true;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String id = line.split(",", 2)[0].strip();
                boolean quoted = id.length() > 1 && id.startsWith("\"") && id.endsWith("\"");
                String bare = quoted ? id.substring(1, id.length() - 1) : id;
                if (!bare.isEmpty() && !(first && HEADERS.contains(bare))) {
                    ids.add(bare);
                }
                first = false;
            }
        }
        return ids;
    }
}
