"""The marketplace as a node sees it: what a node on a real chain replaces. It answers in lines of name=value words."""

import urllib.error
import urllib.parse
import urllib.request

DEADLINE_S = 10


class Refused(Exception):
    """The buyer or the chain said no; asking again does not help."""


class Chain:
    def __init__(self, url, host):
        self.url = url
        self.host = host

    def head(self):
        """The last block there is."""
        return int(self._get("head")[0]["block"])

    def after(self, block):
        """The last block, and what happened after this one, as far back as the chain tells.

        Waits until there is a next one, for a while.
        """
        head, *events = self._get("events", after=block)
        return int(head["block"]), events

    def held(self):
        """The slots that this node has to keep as of now: all of them, as the chain counts them."""
        count, *slots = self._get("held", host=self.host, block=self.head())
        if len(slots) != int(count["slots"]):
            raise OSError("the chain did not answer all slots")
        return slots

    def request(self, request_id, block=None):
        """The terms of a request and who holds its slots: as of now, or of a block, and then always the same."""
        block = self.head() if block is None else block
        terms, *taken = self._get("request", request_id=request_id, block=block)
        return terms, {int(slot["slot_index"]): slot["host"] for slot in taken}

    def content(self, request_id, slot_index):
        """Downloads what is to be kept in a slot, from its buyer."""
        return self._call("content", request_id=request_id, slot_index=slot_index).strip()

    def submit(self, request_id, slot_index, proof):
        """Hands a proof in. When this returns, the chain has it that this node holds the slot."""
        answer = self._get("submit", host=self.host, request_id=request_id, slot_index=slot_index, proof=proof)
        if answer[0]["filled"] != "true":
            raise Refused("the slot is no longer free")

    def _get(self, path, **words):
        lines = self._call(path, **words).splitlines()
        return [dict(word.split("=", 1) for word in line.split()) for line in lines if line]

    def _call(self, path, **words):
        url = f"{self.url}/{path}?{urllib.parse.urlencode(words)}"
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(f"{path}: {error.read().decode().strip()}") from error
