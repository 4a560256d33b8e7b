"""Runs the snippets of docs/receivers over cases from standard input: see snippets.test.ts."""
import base64
import importlib
import json
import sys

sys.path.insert(0, sys.argv[1])


def holds(case):
    body = base64.b64decode(case["body"])
    # As time.time() gives it.
    headers, keys, now = case["headers"], case["keys"], float(case["now"])
    module = importlib.import_module(case["contract"].replace("-", "_"))
    try:
        if case["contract"] == "standard-webhooks":
            module.verify(headers, body, keys[0], now)
        elif case["contract"] == "bynn":
            module.verify(headers, body, keys, case["token"], now)
        elif case["contract"] == "kyc-hmac":
            module.verify(headers, body, keys)
        else:
            module.verify(headers, body, keys, now)
        return True
    except ValueError:
        return False


json.dump([holds(case) for case in json.load(sys.stdin)], sys.stdout)
