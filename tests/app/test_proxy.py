"""Behind a proxy the visitor's address and the scheme are its word; no visitor can name another host."""

from dataclasses import replace

from flask import request

from app.extensions import db
from app.factory import create_app
from courses.settings import Settings


def test_a_visitor_cannot_name_another_host(settings: Settings) -> None:
    behind = create_app(replace(settings, trusted_proxies=1), TESTING=True, RATELIMIT_ENABLED=False)
    seen = []
    behind.before_request(lambda: seen.append((request.host, request.scheme, request.remote_addr)))
    sent = {
        "Host": "learn.school.ru",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    }
    behind.test_client().get("/livez", headers=sent)
    assert seen == [("learn.school.ru", "https", "198.51.100.7")]
    with behind.app_context():
        db.engine.dispose()
