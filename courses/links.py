"""Addresses that are printed on paper, frozen for ever: a change breaks certificates in people's hands."""


def verification_url(public_url: str, code: str) -> str:
    """Where anybody can check the certificate with this public code."""
    return f"{public_url}/verify/{code}"
