package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class SchemaTest {
    private static final JsonObject DOCUMENT = new JsonObject("""
            {"definitions": {
              "Pet": {"type": "object", "discriminator": "kind", "required": ["kind", "id"], "properties": {
                "kind": {"type": "string"}, "id": {"type": "string", "readOnly": true}, "born": {"type": "string", "format": "date-time"},
                "tags": {"type": "object", "additionalProperties": {"type": "integer"}}, "note": {"type": "object"}}},
              "Dog": {"x-ms-discriminator-value": "dog", "allOf": [{"$ref": "#/definitions/Pet"}],
                "properties": {"size": {"type": "string", "enum": ["small", "large"]}}}}}
            """);
    private static final JsonObject PET = new JsonObject().put("$ref", "#/definitions/Pet");

    @Test
    void aSubtypeIsChosenByTheDiscriminatorAndMayHaveItsOwnProperties() {
        JsonObject dog = new JsonObject("""
                {"kind": "dog", "id": "1", "size": "small", "born": "2026-01-01T00:00:00Z", "tags": {"a": 1}, "note": 5}
                """);

        assertThat(Schema.ofAnswer(DOCUMENT, PET, dog)).isEmpty();
        assertThat(Schema.ofAnswer(DOCUMENT, PET, dog.copy().put("kind", "cat")))
                .contains("'cat' is no value of the discriminator kind", "$.size is not declared");
    }

    @Test
    void everyKindOfDifferenceIsTold() {
        JsonObject wrong = new JsonObject("""
                {"kind": "dog", "size": "huge", "born": "today", "tags": {"a": "x"}, "colour": "red", "note": null}
                """);

        assertThat(Schema.ofAnswer(DOCUMENT, PET, wrong))
                .containsExactlyInAnyOrder(
                        "$.id is missing",
                        "$.size is 'huge', which is not of the enumeration",
                        "$.born is no date-time",
                        "$.tags.* is no integer",
                        "$.colour is not declared",
                        "$.note is null");
        assertThat(Schema.ofAnswer(
                        DOCUMENT, new JsonObject().put("type", "array").put("items", PET), new JsonArray().add(7)))
                .containsExactly("$[] is no object");
    }

    @Test
    void whatOnlyTheServiceSetsNeedNotBeInARequest() {
        assertThat(Schema.ofRequest(DOCUMENT, PET, new JsonObject().put("kind", "dog")))
                .isEmpty();
    }
}
