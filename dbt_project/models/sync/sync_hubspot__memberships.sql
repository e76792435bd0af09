{{ memberships_of('hubspot') }}
