"""The bodies of the API, as they are documented and as the client reads them back."""
