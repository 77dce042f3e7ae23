// Fills one slot: reserves its space, downloads, renews the lease meanwhile, and marks the slot as filled.
//
//     node fill-slot.js 127.0.0.1:7420

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { connect, errorInfo } from "./holdfast.js";

const { repositories, reservations } = connect(process.argv[2] ?? "127.0.0.1:7420");
const repositoryId = "example-node";
const available = async () => BigInt((await repositories.available({ repositoryId })).availableBytes);

// The repository is created only once.
try {
  await repositories.createRepository({ repositoryId, capacityBytes: String(10n * 2n ** 30n) });
} catch (error) {
  if (errorInfo(error)?.reason !== "REPOSITORY_ALREADY_EXISTS") throw error;
}
const { repository } = await repositories.getRepository({ repositoryId });
console.log(`${repository.reservedBytes} of ${repository.capacityBytes} bytes are reserved`);
const before = await available();
console.log(`available before: ${before}`);

const slot = { requestId: "0x" + randomBytes(32).toString("hex"), slotIndex: 0 };

// A reserve that does not fit is rejected, and the error has the numbers.
try {
  await reservations.reserveSlot({ repositoryId, slot, amountBytes: String(before + 1n), operationId: randomUUID() });
  assert.fail("more was granted than is available");
} catch (error) {
  const info = errorInfo(error);
  if (info?.reason !== "INSUFFICIENT_STORAGE") throw error;
  console.log(`refused: ${info.metadata.requested_bytes} asked for, ${info.metadata.available_bytes} available`);
  assert.equal(BigInt(info.metadata.available_bytes), before);
}

// The operation id is created before the first attempt, so that a client without an answer can send the same request
// again. If this process dies, the lease expires and the space is released.
const size = 64n * 2n ** 20n;
const reserve = { repositoryId, slot, amountBytes: String(size), lease: { seconds: 30 }, operationId: randomUUID() };
const first = await reservations.reserveSlot(reserve);
const again = await reservations.reserveSlot(reserve);
const { generation } = first.reservation;
assert.equal(again.reservation.generation, generation, "sent again, it is the same reservation");
assert.equal(await available(), before - size, "and its bytes are counted once");
console.log(`reserved ${size} bytes as generation ${generation}; available: ${await available()}`);

// The download, in two parts, with the lease renewed in between.
await delay(100);
await reservations.renewLease({ repositoryId, slot, generation, lease: { seconds: 30 } });
await delay(100);
const filled = await reservations.fillSlot({ repositoryId, slot, generation, operationId: randomUUID() });
assert.equal(filled.reservation.state, "RESERVATION_STATE_FILLED");
console.log("filled");

// Later, when the request has ended on the chain:
const end = { repositoryId, requestId: slot.requestId, operationId: randomUUID() };
let ended = await reservations.endRequest(end);
while (ended.more) {
  // A very large request is released in steps.
  ended = await reservations.endRequest(end);
}
assert.equal(BigInt(ended.releasedBytes), size);
assert.equal(await available(), before);
console.log(`available after:  ${await available()}`);
