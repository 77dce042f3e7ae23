"""The marketplace as a node sees it; a node on a real chain replaces this. It answers in lines of name=value fields."""

import urllib.error
import urllib.parse
import urllib.request

DEADLINE_S = 10


class Refused(Exception):
    """The buyer or the chain rejected a call; a retry does not help."""


class Chain:
    def __init__(self, url, host):
        self.url = url
        self.host = host

    def head(self):
        """Returns the last block."""
        return int(self._get("head")[0]["block"])

    def after(self, block):
        """Returns the last block, and the events after the given one, as far back as the chain keeps them.

        Waits a while for the next block.
        """
        head, *events = self._get("events", after=block)
        return int(head["block"]), events

    def held(self):
        """Returns all slots that this node must keep now; their number is checked."""
        count, *slots = self._get("held", host=self.host, block=self.head())
        if len(slots) != int(count["slots"]):
            raise OSError("the chain did not answer all slots")
        return slots

    def request(self, request_id, block=None):
        """Returns the terms of a request and the hosts of its slots, now or as of a block; the latter never changes."""
        block = self.head() if block is None else block
        terms, *taken = self._get("request", request_id=request_id, block=block)
        return terms, {int(slot["slot_index"]): slot["host"] for slot in taken}

    def content(self, request_id, slot_index):
        """Downloads the content of a slot from its buyer."""
        return self._call("content", request_id=request_id, slot_index=slot_index).strip()

    def submit(self, request_id, slot_index, proof):
        """Submits a proof. When this returns, this node holds the slot on the chain."""
        answer = self._get("submit", host=self.host, request_id=request_id, slot_index=slot_index, proof=proof)
        if answer[0]["filled"] != "true":
            raise Refused("the slot is no longer free")

    def _get(self, path, **fields):
        lines = self._call(path, **fields).splitlines()
        return [dict(field.split("=", 1) for field in line.split()) for line in lines if line]

    def _call(self, path, **fields):
        url = f"{self.url}/{path}?{urllib.parse.urlencode(fields)}"
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(f"{path}: {error.read().decode().strip()}") from error
