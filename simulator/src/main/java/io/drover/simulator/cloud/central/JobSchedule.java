package io.drover.simulator.cloud.central;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * When a scheduled job runs. Days, weeks and months count in UTC.
 *
 * @param recurrence null to run once
 * @param endDate the last day, or null
 * @param occurrences how often at most, or null
 */
record JobSchedule(Instant start, Recurrence recurrence, LocalDate endDate, Integer occurrences) {
    /** How long after each other two runs are. */
    enum Recurrence {
        DAILY,
        WEEKLY,
        MONTHLY
    }

    /** When the run of this number (from 0) is due, or null when the schedule has ended before. */
    Instant run(int number) {
        if (number > 0 && (recurrence == null || (occurrences != null && number >= occurrences))) {
            return null;
        }
        OffsetDateTime first = start.atOffset(ZoneOffset.UTC);
        OffsetDateTime due = number == 0
                ? first
                : switch (recurrence) {
                    case DAILY -> first.plusDays(number);
                    case WEEKLY -> first.plusWeeks(number);
                    case MONTHLY -> first.plusMonths(number);
                };
        return endDate != null && due.toLocalDate().isAfter(endDate) ? null : due.toInstant();
    }
}
