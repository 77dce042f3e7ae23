"""A storage node that sells the repository "default" on a simulated marketplace, and can be killed at any moment.

    ./generate && python3 storage_node.py [HOLDFAST [MARKETPLACE [LEASE_SECONDS]]]

Its only state is its position: the block up to which nothing is left to do. After any failure, also a kill, it starts
over in the same way: it reconciles the ledger with the chain, which covers events that it has missed, and reads the
chain again from its position. All its steps can be repeated.
"""

import hashlib
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from google.protobuf.duration_pb2 import Duration

from client import connect, error_info, reason
from marketplace import Chain, Refused
from holdfast.v1 import datastore_pb2 as ds
from holdfast.v1 import repository_pb2 as rp
from holdfast.v1 import reservations_pb2 as rv
from holdfast.v1 import sales_pb2 as sl
from holdfast.v1.datastore_pb2_grpc import DatastoreServiceStub
from holdfast.v1.repository_pb2_grpc import RepositoryServiceStub
from holdfast.v1.reservations_pb2_grpc import ReservationsServiceStub
from holdfast.v1.sales_pb2_grpc import SalesServiceStub

HOST = "host-1"
POSITION = "position"
SALES_AT_ONCE = 4
RECONCILE_EVERY_BLOCKS = 144  # a day of the simulated marketplace
OBSERVED_A_MESSAGE = 1000

# For a good price the node sells all of its space, for a moderate price a part of it.
OFFERS = [
    sl.Offer(offer_id="moderate", min_price_per_byte_per_second="1000", total_bytes=512 * 2**30),
    sl.Offer(offer_id="good", min_price_per_byte_per_second="2000", max_duration=Duration(seconds=5 * 24 * 3600)),
]


class Node:
    def __init__(self, channel, chain, lease_s):
        self.repositories = RepositoryServiceStub(channel)
        self.reservations = ReservationsServiceStub(channel)
        self.sales = SalesServiceStub(channel)
        self.datastore = DatastoreServiceStub(channel)
        self.chain = chain
        self.lease_s = lease_s
        self.reconcile_is_due = False

    def run(self):
        for offer in OFFERS:
            self.sales.PutOffer(sl.PutOfferRequest(offer=offer))
        position, version = self.read_position()
        # Interrupted sales continue below, so their slots are not released yet.
        reconciled_at = self.chain.head()
        self.reconcile(release_attempts=False)
        block = position
        log(f"starts at block {block}")
        running = {}  # each running sale, with the block of its event
        threads = ThreadPoolExecutor(SALES_AT_ONCE)

        def start_sale(event):
            running[threads.submit(self.sell, event)] = int(event["block"])

        try:
            while True:
                block, events = self.chain.after(block)
                for event in events:
                    self.handle(event, start_sale)
                for sale in [sale for sale in running if sale.done()]:
                    sale.result()  # Raises the error of a failed sale, because its progress is unknown.
                    del running[sale]
                done = min([block, *(each - 1 for each in running.values())])
                if done != position:
                    position, version = done, self.save_position(done, version)
                if block - reconciled_at >= RECONCILE_EVERY_BLOCKS or self.reconcile_is_due:
                    self.reconcile_is_due = False
                    self.reconcile(release_attempts=not running)
                    reconciled_at = block
        finally:
            threads.shutdown(cancel_futures=True)

    def read_position(self):
        try:
            stored = self.datastore.Get(ds.DatastoreServiceGetRequest(key=POSITION))
            return int(stored.value), stored.version
        except grpc.RpcError as error:
            if reason(error) != "KEY_NOT_FOUND":
                raise
            return 0, 0

    def save_position(self, block, version):
        """Sends the version that was read, so that a process that was thought dead cannot set the position back."""
        value = str(block).encode()
        put = ds.DatastoreServicePutRequest(key=POSITION, value=value, expected_version=version)
        return self.datastore.Put(put).version

    def handle(self, event, start_sale):
        if event["event"] == "requested":
            start_sale(event)
        elif event["event"] == "freed":
            self.release_if_lost(event["request_id"], int(event["slot_index"]))
            start_sale(event)
        elif event["event"] == "ended":
            # A request ends once, so a constant operation id is enough.
            end = rv.EndRequestRequest(request_id=event["request_id"], operation_id="ended")
            ended = self.reservations.EndRequest(end)
            while ended.more:  # a very large request is released in steps
                ended = self.reservations.EndRequest(end)
            if ended.released_bytes:
                log(f"ended {brief(end.request_id)}: {ended.released_bytes} bytes given back")

    def sell(self, event):
        """Sells as many slots of a request as the chain and the offers allow, one after the other.

        The fields of a sale depend only on the block of its event and on the sales before it. So a node that was
        killed, and reads the event again, repeats the same sales under the same operation ids, and continues with the
        reservations that it has.
        """
        terms, taken = self.chain.request(event["request_id"], event["block"])
        left_out = set(taken)
        n = 1
        while self.has_free_slots(event["request_id"]):
            slot_index = self.sell_slot(terms, left_out, f"{event['block']}-{n}")
            if slot_index is None:
                break
            left_out.add(slot_index)
            n += 1

    def has_free_slots(self, request_id):
        now, taken = self.chain.request(request_id)
        return now["state"] in ("open", "started") and len(taken) < int(now["slot_count"])

    def sell_slot(self, terms, left_out, operation_id):
        """Returns the slot that was sold, even if it was not filled; None if the sale was declined."""
        what = f"{brief(terms['request_id'])} {operation_id}"
        sale = sl.SellSlotRequest(
            storage_request=sl.StorageRequest(
                request_id=terms["request_id"],
                slot_count=int(terms["slot_count"]),
                slot_size_bytes=int(terms["slot_size_bytes"]),
                duration=Duration(seconds=int(terms["duration_seconds"])),
                price_per_byte_per_second=terms["price_per_byte_per_second"],
                collateral_per_byte=terms["collateral_per_byte"],
            ),
            excluded_slot_indexes=left_out,
            lease=Duration(seconds=self.lease_s),
            operation_id=operation_id,
        )
        try:
            answer = self.sales.SellSlot(sale)
        except grpc.RpcError as error:
            if reason(error) != "RESERVATION_RELEASED":
                raise
            # An earlier process gave the slot up.
            return int(error_info(error).metadata["slot_index"])
        if not answer.sold:
            reasons = "; ".join(f"{decline.offer_id} {decline.detail}".strip() for decline in answer.declines)
            log(f"declined {what}: {reasons}")
            return None
        if answer.reservation.state == rv.RESERVATION_STATE_RESERVED:
            self.fill(answer.reservation, what)
        return answer.reservation.slot.slot_index

    def fill(self, reservation, what):
        """Downloads, proves, submits, and marks the slot as filled; releases the space if that fails.

        If it is unknown whether the chain accepted the proof, it does neither: then the chain must be asked.
        """
        held = {"slot": reservation.slot, "generation": reservation.generation}
        slot = reservation.slot
        log(f"sold {brief(slot.request_id)}/{slot.slot_index} as generation {reservation.generation}")
        try:
            with self.renewed_lease(held):
                _, hosts = self.chain.request(slot.request_id)
                if hosts.get(slot.slot_index, HOST) != HOST:
                    raise Refused("the slot is no longer free")
                content = self.chain.content(slot.request_id, slot.slot_index)
                proof = hashlib.sha256(f"{content} {HOST}".encode()).hexdigest()
                self.chain.submit(slot.request_id, slot.slot_index, proof)
                self.reservations.FillSlot(rv.FillSlotRequest(**held, operation_id="filled"))
                log(f"filled {brief(slot.request_id)}/{slot.slot_index}")
        except Refused as refused:
            log(f"gave up {what}: {refused}")
            release = rv.ReleaseSlotRequest(**held, reason=rv.RELEASE_REASON_ATTEMPT_FAILED, operation_id="gave-up")
            self.reservations.ReleaseSlot(release)
        except grpc.RpcError as error:
            if reason(error) not in ("RESERVATION_NOT_FOUND", "GENERATION_MISMATCH"):
                raise
            # The lease expired, or the request ended: the chain has the slot, and the ledger does not.
            log(f"cannot settle {what}: {error.details()}")
            self.reconcile_is_due = True

    @contextmanager
    def renewed_lease(self, held):
        over = threading.Event()

        def renew():
            while not over.wait(self.lease_s / 3):
                try:
                    self.reservations.RenewLease(rv.RenewLeaseRequest(**held, lease=Duration(seconds=self.lease_s)))
                except grpc.RpcError as error:
                    log(f"does not renew: {error.details()}")

        renewing = threading.Thread(target=renew)
        renewing.start()
        try:
            yield
        finally:
            over.set()
            renewing.join()

    def release_if_lost(self, request_id, slot_index):
        """Releases a slot that this node has lost on the chain.

        The event may be an old one that is read again, and the slot may have been sold again since. So the reservation
        is read before the chain is asked: if the chain has another host then, this reservation, with its generation, is
        over.
        """
        slot = rv.Slot(request_id=request_id, slot_index=slot_index)
        try:
            reservation = self.reservations.GetReservation(rv.GetReservationRequest(slot=slot)).reservation
        except grpc.RpcError as error:
            if reason(error) != "RESERVATION_NOT_FOUND":
                raise
            return
        _, hosts = self.chain.request(request_id)
        if reservation.state == rv.RESERVATION_STATE_FILLED and hosts.get(slot_index) != HOST:
            self.reservations.ReleaseSlot(
                rv.ReleaseSlotRequest(
                    slot=slot,
                    generation=reservation.generation,
                    reason=rv.RELEASE_REASON_REQUEST_ENDED,
                    operation_id=f"lost-{reservation.generation}",
                )
            )
            log(f"lost {brief(request_id)}/{slot_index}")

    def reconcile(self, release_attempts):
        """Reconciles the ledger with the chain.

        The revision is read before the chain is asked, so that changes in between are left alone. While no sale is
        running, slots that are reserved and not filled were left by an earlier process. An empty observation is
        accepted, because the chain sends the number of slots.
        """
        revision = self.repositories.Available(rp.AvailableRequest()).revision
        slots = [
            rv.ObservedSlot(
                slot=rv.Slot(request_id=slot["request_id"], slot_index=int(slot["slot_index"])),
                amount_bytes=int(slot["slot_size_bytes"]),
            )
            for slot in self.chain.held()
        ]
        header = rv.ReconcileHeader(as_of_revision=revision, release_attempts=release_attempts, allow_empty=True)
        messages = [rv.ReconcileRequest(header=header)]
        for i in range(0, len(slots), OBSERVED_A_MESSAGE):
            observed = rv.ObservedSlots(slots=slots[i : i + OBSERVED_A_MESSAGE])
            messages.append(rv.ReconcileRequest(observed=observed))
        result = self.reservations.Reconcile(iter(messages))
        log(
            f"reconciled: released {result.released_count}, filled {result.filled_count}, "
            f"adopted {result.adopted_count}, missing {result.missing_count}, unchanged {result.unchanged_count}; "
            f"{result.available_bytes} bytes free"
        )


def log(text):
    print(text, flush=True)


def brief(request_id):
    return request_id[:10]


def main(holdfast="127.0.0.1:7420", marketplace="http://127.0.0.1:7430", lease_s="60"):
    with connect(holdfast) as channel:
        node = Node(channel, Chain(marketplace, HOST), int(lease_s))
        while True:
            try:
                node.run()
            except (grpc.RpcError, OSError, Refused) as error:
                log(f"starts over: {error}")
                time.sleep(1)  # Nothing signals when the server or the chain is back.


if __name__ == "__main__":
    main(*sys.argv[1:])
