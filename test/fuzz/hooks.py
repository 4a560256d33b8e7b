# What a schema cannot say is put right where the fuzzer made up something that fits the schema, so that
# its requests get past it; and URLs lead to this machine, so that nothing leaves it.
import re

import schemathesis

URL = re.compile(r"https://[^\s\\#@/?]+([/?][!-~]*)?", re.ASCII)
SECRET = re.compile(r"[!-~]{24,256}")
CURSOR = re.compile(r"[A-Za-z0-9_-]+")
TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")
JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def fits(pattern, value, longest=4096):
    return isinstance(value, str) and len(value) <= longest and pattern.fullmatch(value)


def mend(body):
    found = fits(URL, body.get("url"), 2048)
    if found:
        # Longer by the port, but never than what is allowed.
        body["url"] = "https://127.0.0.1:8443" + (found.group(1) or "/")[:2000]
    if fits(SECRET, body.get("secret")):
        body["secret"] = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    # The operator says the tenant in a header already.
    if fits(TENANT, body.get("tenant")):
        del body["tenant"]
    options = body.get("contractOptions")
    if isinstance(options, dict):
        body["contractOptions"] = {}
    encryption = body.get("encryption")
    if isinstance(encryption, dict) and is_jwk(encryption.get("jwk")):
        encryption["jwk"] = JWK
        if encryption.get("alg") == "RSA-OAEP-256":
            encryption["alg"] = "ECDH-ES"


def mend_filter(settings):
    # Its language is not a schema's. An empty one is refused as the schema says.
    if isinstance(settings, dict) and isinstance(settings.get("filter"), dict) and settings["filter"]:
        settings["filter"] = {"mark": [{"exists": True}]}


def mend_event_type(body):
    # A schema must be one that says what it means, and examples must fit it: what fits everything does.
    if isinstance(body.get("schema"), (dict, bool)):
        body["schema"] = {"type": "object"}
    elif "schema" not in body and body.get("onMismatch") == "refuse":
        body["schema"] = {"type": "object"}
    # The data's own rules, of keys, depth and bytes, are those of events.
    if isinstance(body.get("example"), dict):
        body["example"] = {"mark": 1}


def mend_filter_test(body):
    # Either data or an event, and not both.
    if isinstance(body.get("data"), dict) and isinstance(body.get("event"), str):
        del body["event"]
    elif "data" not in body and "event" not in body:
        body["data"] = {"mark": 1}


def mend_filters(path, body):
    # In PATCH /v1/endpoints and its like, `filter` is which endpoints are meant.
    if "changes" not in body and path != "/v1/endpoints/test":
        mend_filter(body)
    for name in ("changes", "settings"):
        mend_filter(body.get(name))
    many = body.get("endpoints")
    for endpoint in many if isinstance(many, list) else []:
        mend_filter(endpoint)


def is_jwk(jwk):
    members = re.compile(r"[A-Za-z0-9_-]{1,2048}")
    return (
        isinstance(jwk, dict)
        and jwk.get("kty") in ("RSA", "EC", "OKP")
        and jwk.get("crv", "P-256") in ("P-256", "P-384", "P-521", "X25519")
        and all(fits(members, jwk[name]) for name in ("n", "e", "x", "y") if name in jwk)
        and ("kid" not in jwk or (isinstance(jwk["kid"], str) and 1 <= len(jwk["kid"]) <= 256))
    )


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict):
        mend(case.body)
        mend_filters(case.path, case.body)
        if case.path == "/v1/filters/test":
            mend_filter_test(case.body)
        if case.path.startswith("/v1/event-types/"):
            mend_event_type(case.body)
        for event in case.body.get("events") or []:
            if isinstance(event, dict):
                mend(event)
    # A cursor is what a page before gave; made up ones fit no listing.
    if case.query and fits(CURSOR, case.query.get("cursor")):
        del case.query["cursor"]
