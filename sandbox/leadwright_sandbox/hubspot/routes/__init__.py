"""The portal's endpoints, one module per area of the API."""

from leadwright_sandbox.hubspot.routes import (
    account,
    association_batches,
    associations,
    batches,
    flows,
    forms,
    legacy_contacts,
    legacy_engagements,
    legacy_lists,
    legacy_model,
    limits,
    lists,
    oauth,
    objects,
    owners,
    pipelines,
    properties,
    schemas,
    webhooks,
)
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint

__all__ = ["ROUTES", "Endpoint"]

# A fixed path comes before one with a parameter in the same place: Starlette takes the first that fits.
ROUTES: list[Endpoint] = [
    *batches.ROUTES,
    *association_batches.ROUTES,
    *associations.ROUTES,
    *objects.ROUTES,
    *lists.ROUTES,
    *properties.ROUTES,
    *owners.ROUTES,
    *pipelines.ROUTES,
    *schemas.ROUTES,
    *forms.ROUTES,
    *flows.ROUTES,
    *limits.ROUTES,
    *account.ROUTES,
    *oauth.ROUTES,
    *webhooks.ROUTES,
    *legacy_contacts.ROUTES,
    *legacy_engagements.ROUTES,
    *legacy_lists.ROUTES,
    *legacy_model.ROUTES,
]
