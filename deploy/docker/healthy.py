"""Ends with 0 if the process in this container answers 200 at /healthz, or at the path that is given; else with 1."""

import http.client
import os
import sys

PATIENCE_SECONDS = 8


def main() -> int:
    """One call; whatever goes wrong means that it is not well."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    port = int(os.environ.get("SHOKAI_PORT", "8000"))
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        line.request("GET", path)
        return int(line.getresponse().status != http.client.OK)
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        line.close()


if __name__ == "__main__":
    sys.exit(main())
