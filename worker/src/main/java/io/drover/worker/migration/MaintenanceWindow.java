package io.drover.worker.migration;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;

/**
 * A weekly time in which commands may be sent, by the clock on the wall of one zone, daylight saving included.
 *
 * @param days on which it begins; it may end on the next day
 * @param from included
 * @param to excluded; at or before {@code from} it is of the next day
 */
public record MaintenanceWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
    public MaintenanceWindow {
        days = Set.copyOf(days);
    }

    /** True when this time is within the window. */
    public boolean contains(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return containsFrom(today, now) || containsFrom(today.minusDays(1), now);
    }

    private boolean containsFrom(LocalDate day, Instant now) {
        return days.contains(day.getDayOfWeek())
                && !now.isBefore(begin(day).toInstant())
                && now.isBefore(end(day).toInstant());
    }

    private ZonedDateTime begin(LocalDate day) {
        return day.atTime(from).atZone(zone);
    }

    private ZonedDateTime end(LocalDate day) {
        return (to.isAfter(from) ? day : day.plusDays(1)).atTime(to).atZone(zone);
    }

    /** When the window next opens after this time. */
    public Instant nextOpening(Instant now) {
        LocalDate day = now.atZone(zone).toLocalDate();
        for (int i = 0; i <= 8; i++) {
            Instant begin = begin(day.plusDays(i)).toInstant();
            if (days.contains(day.plusDays(i).getDayOfWeek()) && begin.isAfter(now)) {
                return begin;
            }
        }
        throw new IllegalStateException("a window has at least one day");
    }
}
