{{ memberships_of('salesforce') }}
