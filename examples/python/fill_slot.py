"""Fills one slot: reserves its space, downloads, renews the lease meanwhile, and marks the slot as filled.

    ./generate && python3 fill_slot.py 127.0.0.1:7420
"""

import secrets
import sys
import time
import uuid

import grpc
from google.protobuf.duration_pb2 import Duration

from client import connect, error_info
from holdfast.v1 import repository_pb2 as rp
from holdfast.v1 import reservations_pb2 as rv
from holdfast.v1.repository_pb2_grpc import RepositoryServiceStub
from holdfast.v1.reservations_pb2_grpc import ReservationsServiceStub

REPOSITORY = "example-python"
GIB = 2**30
MIB = 2**20


def check(condition, message):
    if not condition:
        sys.exit(f"not as it should be: {message}")


def main(address):
    with connect(address) as channel:
        fill_slot(RepositoryServiceStub(channel), ReservationsServiceStub(channel))


def fill_slot(repositories, reservations):
    def available():
        return repositories.Available(rp.AvailableRequest(repository_id=REPOSITORY)).available_bytes

    # The repository is created only once.
    try:
        repositories.CreateRepository(
            rp.CreateRepositoryRequest(repository_id=REPOSITORY, capacity_bytes=10 * GIB)
        )
    except grpc.RpcError as error:
        if error_info(error).reason != "REPOSITORY_ALREADY_EXISTS":
            raise
    repository = repositories.GetRepository(
        rp.GetRepositoryRequest(repository_id=REPOSITORY)
    ).repository
    print(f"{repository.reserved_bytes} of {repository.capacity_bytes} bytes are reserved")
    before = available()
    print(f"available before: {before}")

    slot = rv.Slot(request_id="0x" + secrets.token_hex(32), slot_index=0)

    # A reserve that does not fit is rejected, and the error has the numbers.
    try:
        reservations.ReserveSlot(
            rv.ReserveSlotRequest(
                repository_id=REPOSITORY, slot=slot, amount_bytes=before + 1, operation_id=str(uuid.uuid4())
            ),
        )
        check(False, "more was granted than is available")
    except grpc.RpcError as error:
        info = error_info(error)
        if info.reason != "INSUFFICIENT_STORAGE":
            raise
        print(f"refused: {info.metadata['requested_bytes']} asked for, {info.metadata['available_bytes']} available")
        check(int(info.metadata["available_bytes"]) == before, "the error names another amount than Available")

    # The operation id is created before the first attempt, so that a client without an answer can send the same request
    # again. If this process dies, the lease expires and the space is released.
    reserve = rv.ReserveSlotRequest(
        repository_id=REPOSITORY,
        slot=slot,
        amount_bytes=64 * MIB,
        lease=Duration(seconds=30),
        operation_id=str(uuid.uuid4()),
    )
    reservation = reservations.ReserveSlot(reserve).reservation
    again = reservations.ReserveSlot(reserve).reservation
    generation = reservation.generation
    check(again.generation == generation, "sent again, it is not the same reservation")
    check(available() == before - 64 * MIB, "its bytes are not counted once")
    print(f"reserved {reservation.amount_bytes} bytes as generation {generation}; available: {available()}")

    # The download, in two parts, with the lease renewed in between.
    time.sleep(0.1)
    reservations.RenewLease(
        rv.RenewLeaseRequest(
            repository_id=REPOSITORY, slot=slot, generation=generation, lease=Duration(seconds=30)
        ),
    )
    time.sleep(0.1)
    filled = reservations.FillSlot(
        rv.FillSlotRequest(
            repository_id=REPOSITORY, slot=slot, generation=generation, operation_id=str(uuid.uuid4())
        ),
    ).reservation
    check(filled.state == rv.RESERVATION_STATE_FILLED, f"the slot is not filled: {filled}")
    print("filled")

    # Later, when the request has ended on the chain:
    end = rv.EndRequestRequest(
        repository_id=REPOSITORY, request_id=slot.request_id, operation_id=str(uuid.uuid4())
    )
    ended = reservations.EndRequest(end)
    while ended.more:  # a very large request is released in steps
        ended = reservations.EndRequest(end)
    check(ended.released_bytes == 64 * MIB, f"{ended.released_bytes} bytes were released")
    check(available() == before, "the space did not come back")
    print(f"available after:  {available()}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:7420")
