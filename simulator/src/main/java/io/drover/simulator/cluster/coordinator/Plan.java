package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.Assignment;
import io.drover.simulator.fleet.Scenario;
import java.util.List;

/**
 * What a fleet is to do, before it is known by whom.
 *
 * @param scenario with devices and seed as they are wanted
 * @param text the scenario's file, as members read it
 * @param load options of fleets that say how devices come
 * @param ca certificate of the cloud's authority, PEM
 */
record Plan(
        Scenario scenario,
        String text,
        List<String> load,
        String ca,
        Assignment.Cloud cloud,
        Assignment.Source source) {
    /** The part of the member; each device starts when the whole profile means it to. */
    Assignment assignment(Member member) {
        IndexRanges.Range range = member.range();
        return new Assignment(
                member.number(),
                text,
                scenario.devices(),
                scenario.seed(),
                load,
                range.from(),
                range.to(),
                ca,
                cloud,
                source);
    }
}
