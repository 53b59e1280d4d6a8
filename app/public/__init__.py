"""The door for anybody: catalogue, verification, signing in. Nobody needs to be known here."""

from flask import Blueprint

bp = Blueprint("public", __name__)

from app.public import (  # noqa: E402 - they add routes to bp
    account,
    agreeing,
    catalogue,
    display,
    documents,
    health,
    offline,
    registering,
    signing_in,
    verify,
)

__all__ = [
    "account",
    "agreeing",
    "bp",
    "catalogue",
    "display",
    "documents",
    "health",
    "offline",
    "registering",
    "signing_in",
    "verify",
]
