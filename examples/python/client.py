"""A Holdfast client from the generated stubs: deadlines, retries, and errors with the reason and the numbers."""

import json
import sys
from pathlib import Path

import grpc

sys.path.append(str(Path(__file__).parent / "generated"))
from google.rpc import error_details_pb2, status_pb2

DEADLINE_S = 10

# All calls of the examples are safe to retry: changes carry an operation id, or an expected version.
RETRY = {
    "methodConfig": [
        {
            "name": [{}],
            "timeout": f"{DEADLINE_S}s",
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.2s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}


def connect(address):
    return grpc.insecure_channel(address, [("grpc.service_config", json.dumps(RETRY))])


def error_info(error):
    """Returns the google.rpc.ErrorInfo of an error of Holdfast; empty for an error of the transport."""
    info = error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(info):
                    break
    return info


def reason(error):
    """Returns the reason of an error of Holdfast, like RESERVATION_RELEASED; empty for an error of the transport."""
    return error_info(error).reason
