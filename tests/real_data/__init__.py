"""Turns the public data sets in `../shared/data` into folders that the sandbox imports, as a CRM would hold them."""
