"""A Holdfast client out of the generated stubs: deadlines, retries, and errors with the reason and the numbers."""

import json
import sys
from pathlib import Path

import grpc

sys.path.append(str(Path(__file__).parent / "generated"))
from google.rpc import error_details_pb2, status_pb2

DEADLINE_S = 10

# All that the examples send can be sent again: changes carry an operation id, or an expected version.
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
    """The google.rpc.ErrorInfo of an error that Holdfast answered; empty where it came from the transport."""
    info = error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(info):
                    break
    return info


def reason(error):
    """Why Holdfast refused, RESERVATION_RELEASED say; empty where the error came from the transport."""
    return error_info(error).reason
