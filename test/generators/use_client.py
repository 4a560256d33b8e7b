"""Uses the client that openapi-python-client made: imports all of it, creates an endpoint, posts an event, lists."""
import importlib
import os
import pkgutil

import posthorn_client
from posthorn_client import AuthenticatedClient
from posthorn_client.api.endpoints import create_endpoint, get_endpoint, list_endpoints
from posthorn_client.api.event_types import list_event_types, put_event_type
from posthorn_client.api.events import list_events, post_event
from posthorn_client.api.templates import create_template, list_templates
from posthorn_client.models import (
    CustomRetryPolicyInput,
    EndpointInput,
    EndpointInputContract,
    Environment,
    EventInput,
    EventInputData,
    EventTypeInput,
    Problem,
    RetryStep,
    TemplateInput,
    TemplateSettings,
)

count = 0
for module in pkgutil.walk_packages(posthorn_client.__path__, "posthorn_client."):
    importlib.import_module(module.name)
    count += 1
assert count > 200, count

client = AuthenticatedClient(base_url=os.environ["POSTHORN_URL"], token=os.environ["POSTHORN_KEY"])
of_tenant = {
    "client": client,
    "posthorn_tenant": os.environ["POSTHORN_TENANT"],
    "posthorn_environment": Environment.LIVE,
}

policy = CustomRetryPolicyInput(steps=[RetryStep(count=3, seconds=1.5)], jitter=0.1)
for asked in [
    EndpointInput(url="http://127.0.0.1:9/hook", event_types=["dossier.*"], retry_policy=policy),
    EndpointInput(url="https://acme.io/hook", contract=EndpointInputContract.BYNN, auto_pause=False),
]:
    made = create_endpoint.sync(body=asked, **of_tenant)
    assert made is not None and not isinstance(made, Problem), made
    assert made.url == asked.url, made
    assert get_endpoint.sync(made.id, **of_tenant).id == made.id

refused = create_endpoint.sync(body=EndpointInput(url="nope"), **of_tenant)
assert isinstance(refused, Problem) and refused.errors[0].path == "/url", refused

data = EventInputData()
data["dossier"] = "d-1"
accepted = post_event.sync(body=EventInput(type_="dossier.created", data=data), **of_tenant)
assert accepted is not None and not isinstance(accepted, Problem), accepted

assert len(list_endpoints.sync(**of_tenant).data) == 2
first = list_endpoints.sync(limit=1, **of_tenant)
rest = list_endpoints.sync(limit=1, cursor=first.next_, **of_tenant)
assert rest.data[0].id != first.data[0].id and rest.next_ is None, rest
assert not isinstance(list_events.sync(**of_tenant), Problem)

template = TemplateInput(name="partners", settings=TemplateSettings(timeout_ms=5000))
assert create_template.sync(body=template, **of_tenant).settings["timeoutMs"] == 5000
assert len(list_templates.sync(**of_tenant).data) == 1

put_event_type.sync("generated.python", client=client, body=EventTypeInput(schema={"type": "object"}))
assert any(one.schema == {"type": "object"} for one in list_event_types.sync(client=client).data)
