package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One device as the worker's ledger reports it ({@code report --output csv}). */
record LedgerEntry(String deviceId, String state, String reason) {
    private static final Set<String> FINAL = Set.of("MIGRATED", "FAILED", "EXCLUDED", "CANCELLED");

    static List<LedgerEntry> readAll(Path csv) {
        CsvSchema header = CsvSchema.emptySchema().withHeader();
        try (MappingIterator<Map<String, String>> rows =
                new CsvMapper().readerForMapOf(String.class).with(header).readValues(csv.toFile())) {
            List<LedgerEntry> entries = new ArrayList<>();
            while (rows.hasNext()) {
                Map<String, String> row = rows.next();
                entries.add(new LedgerEntry(row.get("device_id"), row.get("state"), row.getOrDefault("reason", "")));
            }
            return entries;
        } catch (IOException e) {
            throw new RehearsalException("The worker's report " + csv + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean isMigrated() {
        return "MIGRATED".equals(state);
    }

    boolean isFinal() {
        return FINAL.contains(state);
    }
}
