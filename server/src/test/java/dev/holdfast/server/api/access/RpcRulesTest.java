package dev.holdfast.server.api.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.v1.RepositoryServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;

class RpcRulesTest {
  @Test
  void anRpcWithoutARuleKeepsTheServerFromStarting() {
    MethodDescriptor<?, ?> available = RepositoryServiceGrpc.getAvailableMethod();
    MethodDescriptor<?, ?> unknown =
        available.toBuilder().setFullMethodName("holdfast.v1.RepositoryService/Shrink").build();
    new RpcRules().requireAll(List.of(available));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> new RpcRules().requireAll(List.of(available, unknown)));
    assertEquals("no role is set for holdfast.v1.RepositoryService/Shrink", e.getMessage());
  }
}
