"""The door for anybody: catalogue, verification, signing in. Nobody needs to be known here."""

from flask import Blueprint

bp = Blueprint("public", __name__)

from app.public import account, catalogue, display, documents, health, verify  # noqa: E402, F401 - they add routes to bp
