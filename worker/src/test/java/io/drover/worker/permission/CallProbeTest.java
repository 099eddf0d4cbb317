package io.drover.worker.permission;

import static io.drover.worker.permission.PermissionCheck.Verdict.GRANTED;
import static io.drover.worker.permission.PermissionCheck.Verdict.MISSING;
import static io.drover.worker.permission.PermissionCheck.Verdict.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.EffectivePermissions;
import io.drover.worker.azure.arm.EffectivePermissions.Entry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallProbeTest {
    private static final RequiredCall WRITE = RequiredCall.CREATE_ENROLLMENT_GROUPS;
    private static final RequiredCall READ = RequiredCall.READ_ENROLLMENT_GROUPS;

    private static Future<PermissionCheck> attempt(int status, String code) {
        return CallProbe.attempt(READ, "dps", () -> Future.failedFuture(new AzureException(status, code, "said")));
    }

    private static PermissionCheck.Verdict byRoles(boolean readWorked, String... dataActions) {
        EffectivePermissions roles =
                new EffectivePermissions(List.of(new Entry(List.of(), List.of(), List.of(dataActions), List.of())));
        PermissionCheck tried =
                readWorked ? PermissionCheck.granted(READ, "dps", "") : PermissionCheck.missing(READ, "dps", "");
        return CallProbe.byRoles(WRITE, "dps", Optional.of(roles), tried).verdict();
    }

    @Test
    void aReadThatIsRefusedIsMissingAndOneThatFailsOtherwiseIsUnknown() {
        assertThat(attempt(403, "").result().verdict()).isEqualTo(MISSING);
        assertThat(attempt(401, "").result().verdict()).isEqualTo(MISSING);
        assertThat(attempt(404, "").result().verdict()).isEqualTo(UNKNOWN);
        assertThat(attempt(503, "").result().verdict()).isEqualTo(UNKNOWN);
    }

    @Test
    void aFailureToSignInOrToReachTheServiceIsNoMissingRight() {
        assertThat(attempt(401, "SignInFailed").failed()).isTrue();
        assertThat(attempt(0, "NoAnswer").failed()).isTrue();
    }

    @Test
    void aWriteIsJudgedByTheRoles() {
        assertThat(byRoles(true, WRITE.action(), READ.action())).isEqualTo(GRANTED);
        assertThat(byRoles(true, READ.action())).isEqualTo(MISSING);
        assertThat(byRoles(false)).isEqualTo(MISSING);
    }

    @Test
    void rolesThatDenyWhatWorkedAreNotBelieved() {
        assertThat(byRoles(true)).isEqualTo(UNKNOWN);
    }

    @Test
    void rolesThatCannotBeReadSayNothing() {
        assertThat(CallProbe.byRoles(WRITE, "dps", Optional.empty(), PermissionCheck.granted(READ, "dps", ""))
                        .verdict())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void theRefusalNamesEveryMissingRightAndItsRoleAndNoOther() {
        MissingPermissionsException refusal = new MissingPermissionsException(List.of(
                PermissionCheck.granted(READ, "dps", "tried"),
                PermissionCheck.missing(WRITE, "dps", "no role"),
                PermissionCheck.missing(RequiredCall.LIST_HUB_KEYS, "hub", "refused")));

        assertThat(refusal)
                .hasMessageContaining(
                        "create enrollment groups at dps needs Device Provisioning Service Data Contributor")
                .hasMessageContaining("list the target hub's keys at hub needs a custom role")
                .hasMessageNotContaining("DPS: read enrollment groups");
    }
}
